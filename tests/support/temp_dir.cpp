#include "temp_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

namespace tocsin::testing {

TempDir::TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error{errno, std::generic_category(), "cannot make a temporary folder"};
    path_ = name;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TempDir::write(const std::filesystem::path& name, std::string_view text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out << text;
    out.close();
    if (!out) throw std::runtime_error{"cannot write " + file.string()};
    return file;
}

std::string read_text(const std::filesystem::path& file) {
    const std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    if (in) text << in.rdbuf();
    return std::move(text).str();
}

}  // namespace tocsin::testing
