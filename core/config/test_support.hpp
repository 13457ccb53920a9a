#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "config/readers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core::test {

/// "line:column", or "" for a place without a line.
inline std::string place(const Location& where) {
    return where.line == 0 ? "" : std::to_string(where.line) + ":" + std::to_string(where.column);
}

/// "line:column key: text" of each mistake.
inline std::vector<std::string> told(const Mistakes& mistakes) {
    std::vector<std::string> lines;
    for (const auto& mistake : mistakes.list())
        lines.push_back(place(mistake.where) + " " + mistake.key + ": " + mistake.text);
    return lines;
}

struct Reading {
    Node root;
    std::vector<std::string> mistakes;

    /// The value behind keys joined by '/', list places being numbers. Throws when there is none.
    const Node& operator[](std::string_view path) const {
        const Node* node = &root;
        while (!path.empty()) {
            const auto name = std::string{path.substr(0, path.find('/'))};
            path.remove_prefix(std::min(name.size() + 1, path.size()));
            node = node->kind == Node::Kind::list ? &node->list.at(std::stoul(name)) : node->find(name);
            if (node == nullptr) throw std::runtime_error{"no " + name};
        }
        return *node;
    }
};

using Reader = Node (*)(const SourceText&, Mistakes&);

inline Reading read(Reader reader, std::string text) {
    Mistakes mistakes;
    Reading reading;
    reading.root = reader(SourceText{std::move(text), "file"}, mistakes);
    reading.mistakes = told(mistakes);
    return reading;
}

/// A folder that is gone with its content at the end of the test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "tocsin-config-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

    std::string write(const std::string& name, std::string_view content) const {
        const auto file = path_ / name;
        std::ofstream{file, std::ios::binary} << content;
        return file.string();
    }

  private:
    std::filesystem::path path_;
};

}  // namespace tocsin::core::test

/// Shows lists of strings in failed checks.
template <>
struct doctest::StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& lines) {
        std::string text;
        for (const auto& line : lines) text.append("\n    ").append(line);
        return text.c_str();
    }
};
