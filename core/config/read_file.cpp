#include "base/text.hpp"
#include "config/load_file.hpp"
#include "config/node.hpp"
#include "config/readers.hpp"
#include "config/source_text.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 1024 * 1024;

using Reader = Node (*)(const SourceText&, Mistakes&);

Reader reader_for(const fs::path& path) {
    const auto extension = path.extension().string();
    if (extension == ".toml") return read_toml;
    if (extension == ".yaml" || extension == ".yml") return read_yaml;
    if (extension == ".json") return read_json;
    return nullptr;
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

Document read_file(const std::string& path, const std::string& shown, Mistakes& mistakes,
                   const std::function<bool(std::string_view)>& is_repeatable) {
    Document document;
    document.root.kind = Node::Kind::table;
    document.root.where.file = std::make_shared<const std::string>(shown);
    const auto already = mistakes.size();

    const auto read = reader_for(path);
    std::string problem;
    if (read == nullptr) {
        mistakes.add(document.root.where, "", "unknown kind of file (known: .toml, .yaml, .yml, .json)");
    } else if (auto loaded = load_file(path, largest_file, problem); !loaded) {
        mistakes.add(document.root.where, "", problem);
    } else {
        const SourceText source{std::move(loaded->bytes), shown};
        if (check_text(source, mistakes)) {
            const bool blank = source.text().find_first_not_of(" \t\r\n") == std::string_view::npos;
            if (blank)
                document.root = empty_table(source);
            else if (read == Reader{read_toml})
                document.root = read_toml(source, mistakes, is_repeatable);
            else
                document.root = read(source, mistakes);
        }
    }
    document.sound = mistakes.size() == already;
    return document;
}

}  // namespace tocsin::core
