#include "base/text.hpp"
#include "config/node.hpp"
#include "config/readers.hpp"
#include "config/source_text.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 1024 * 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

using Reader = Node (*)(const SourceText&, Mistakes&);

Reader reader_for(const fs::path& path) {
    const auto extension = path.extension().string();
    if (extension == ".toml") return read_toml;
    if (extension == ".yaml" || extension == ".yml") return read_yaml;
    if (extension == ".json") return read_json;
    return nullptr;
}

/// The file's bytes without a byte order mark, or why they cannot be had. Looks at type and size before it opens.
std::optional<std::string> load(const fs::path& path, std::string& problem) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) {
        problem = "cannot be read: " + (error ? error.message() : std::string{"there is no such file"});
        return std::nullopt;
    }
    if (!fs::is_regular_file(status)) {
        problem = fs::is_directory(status) ? "cannot be read: it is a directory" : "cannot be read: it is no file";
        return std::nullopt;
    }
    const std::string too_large = "is larger than 1 MiB";
    if (fs::file_size(path, error) > largest_file && !error) {
        problem = too_large;
        return std::nullopt;
    }
    errno = 0;
    std::ifstream in{path, std::ios::binary};
    std::string text(largest_file + 1, '\0');
    if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.is_open() || in.bad()) {
        const auto code = errno;
        problem = "cannot be read";
        if (code != 0) problem += ": " + std::generic_category().message(code);
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > largest_file) {
        problem = too_large;
        return std::nullopt;
    }
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    return text;
}

/// Control characters other than tabs and line ends, which YAML for one takes for other things than they are.
bool is_stray_control(std::string_view text, std::size_t at) {
    if (text[at] == '\r') return text.substr(at + 1, 1) != "\n";
    return static_cast<unsigned char>(text[at]) < 0x20 && text[at] != '\t' && text[at] != '\n';
}

/// What is wrong with the bytes, whatever the format.
bool check_text(const SourceText& source, Mistakes& mistakes) {
    const auto text = source.text();
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        if (next_code_point(text, at) < 0) {
            mistakes.add(source.at(start), "", "this is not UTF-8: save the file as UTF-8");
            return false;
        }
        if (is_stray_control(text, start)) {
            mistakes.add(source.at(start), "",
                         text[start] == '\0' ? "the file holds a NUL byte" : "the file holds a control character");
            return false;
        }
    }
    return true;
}

}  // namespace

Document read_file(const std::string& path, const std::string& shown, Mistakes& mistakes) {
    Document document;
    document.root.kind = Node::Kind::table;
    document.root.where.file = std::make_shared<const std::string>(shown);
    const auto already = mistakes.size();

    const auto read = reader_for(path);
    std::string problem;
    if (read == nullptr) {
        mistakes.add(document.root.where, "", "unknown kind of file (known: .toml, .yaml, .yml, .json)");
    } else if (auto text = load(path, problem); !text) {
        mistakes.add(document.root.where, "", problem);
    } else {
        const SourceText source{std::move(*text), shown};
        if (check_text(source, mistakes)) {
            const bool blank = source.text().find_first_not_of(" \t\r\n") == std::string_view::npos;
            document.root = blank ? empty_table(source) : read(source, mistakes);
        }
    }
    document.sound = mistakes.size() == already;
    return document;
}

}  // namespace tocsin::core
