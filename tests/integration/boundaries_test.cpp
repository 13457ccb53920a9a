#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <string>

using namespace tocsin::testing;

namespace {

const std::regex include_line{R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re"};

bool is_source(const std::filesystem::path& file) {
    const auto extension = file.extension();
    return extension == ".cpp" || extension == ".hpp" || extension == ".h";
}

}  // namespace

TEST_CASE("a plugin includes the SDK and its own files, never the core") {
    const std::filesystem::path source = setting("TOCSIN_SOURCE");
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{source / "plugins"}) {
        if (!is_source(entry.path())) continue;
        ++files;
        for (const auto& line : lines_of(read_text(entry.path()), true)) {
            std::smatch found;
            if (!std::regex_search(line, found, include_line)) continue;
            const std::string name = found[1];
            CAPTURE(entry.path().string());
            CAPTURE(line);
            CHECK(name.find("core/") == std::string::npos);
            CHECK(name.find("../..") == std::string::npos);
            // Includes of the core are relative to core/ and begin with one of its folders.
            if (name.find('/') != std::string::npos && !name.starts_with("tocsin/") &&
                !std::filesystem::exists(entry.path().parent_path() / name))
                CHECK_FALSE(std::filesystem::exists(source / "core" / name));
        }
    }
    CHECK(files > 5);
}
