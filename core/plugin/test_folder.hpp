#pragma once

#include <doctest/doctest.h>

#include <stdlib.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tocsin::core {

/// A temporary folder of a test's own, only for its user.
struct TestFolder {
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "plugin_test_XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = std::filesystem::canonical(name);
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder() { std::filesystem::remove_all(path); }

    std::filesystem::path write(const std::string& name, std::string_view bytes, unsigned mode = 0644) const {
        auto file = path / name;
        std::ofstream{file, std::ios::binary} << bytes;
        std::filesystem::permissions(file, std::filesystem::perms{mode});
        return file;
    }

    std::filesystem::path path;
};

/// What `call` throws; empty when it throws nothing.
template <class Call>
std::string thrown_by(Call&& call) {
    try {
        call();
        return "";
    } catch (const std::exception& error) {
        return error.what();
    }
}

inline void check_says(const std::string& text, const std::string& part) {
    INFO("\"" << text << "\" must say \"" << part << "\"");
    CHECK(text.find(part) != std::string::npos);
}

}  // namespace tocsin::core
