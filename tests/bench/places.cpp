#include "places.hpp"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace tocsin::bench {

Folder::Folder() {
    auto name = (std::filesystem::temp_directory_path() / "tocsin-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a temporary folder"};
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void Folder::write(const std::string& name, std::string_view text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out{file};
    out << text;
    if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

}  // namespace tocsin::bench
