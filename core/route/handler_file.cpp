#include "route/handler_file.hpp"

#include "base/text_error.hpp"
#include "config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

std::vector<OptionSpec> keys() {
    const auto key = [](std::string name, std::string help, bool required) {
        OptionSpec spec;
        spec.name = std::move(name);
        spec.help = std::move(help);
        spec.required = required;
        return spec;
    };
    auto expiry = key("expiry", "a delivery older than that becomes a dead letter; never when left out", false);
    expiry.type = OptionType::duration;
    expiry.ranged = true;
    expiry.minimum = std::chrono::nanoseconds{std::chrono::milliseconds{1}}.count();
    expiry.maximum = std::chrono::nanoseconds{std::chrono::hours{24 * 366}}.count();
    auto keep = key("keep", "latest: a newer event of the same id replaces one that waits", false);
    keep.type = OptionType::choice;
    keep.choices = {"all", "latest"};
    keep.default_value = "all";
    return {key("id", "unique within its alert topic", true),
            key("topic", "alert topic, may be a glob", true),
            key("kind", "which sink", true),
            key("match", "which events; all when left out", false),
            std::move(expiry),
            std::move(keep)};
}

bool is_word(std::string_view text, std::string_view also) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               also.find(c) != std::string_view::npos;
    });
}

void check_word(const OptionValue& value, const char* key, std::string_view also, Mistakes& mistakes) {
    if (value.is_set && !is_word(value.text, also))
        mistakes.add(value.where, key, fmt::format("may hold letters, digits and {} only, and is not empty", also));
}

/// The path as an operator would type it: relative to the current directory when the file is below it.
std::string shown(const std::filesystem::path& file) {
    std::error_code error;
    const auto relative = std::filesystem::proximate(file, error);
    return error || relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

const std::vector<std::string>& endings() {
    static const std::vector<std::string> all{".yaml", ".yml", ".json", ".toml"};
    return all;
}

/// A mistyped ending; those of editors' copies are left alone.
void warn_of_ending(const std::filesystem::path& file, Mistakes& mistakes) {
    constexpr std::size_t longest = 6;
    const auto ending = file.extension().string();
    const auto meant = nearest(ending, endings());
    if (meant.empty() || ending.size() > longest || ending.back() == '~') return;
    mistakes.warn({std::make_shared<const std::string>(shown(file)), 0, 0}, "",
                  fmt::format("is not read as a handler file: its name ends in {} (did you mean {}?)", ending, meant));
}

/// Gives `root` an empty table of options when it has none.
void complete_options(Node& root) {
    if (root.find("options") == nullptr) root.table.push_back({"options", root.where, {}});
    for (auto& [key, where, value] : root.table)
        if (key == "options" && value.kind == Node::Kind::null) {
            value.kind = Node::Kind::table;
            value.where = where;
        }
}

}  // namespace

std::optional<HandlerFile> read_handler_file(const std::filesystem::path& file, Mistakes& mistakes) {
    HandlerFile handler;
    handler.file = file;
    handler.document = read_file(file.string(), shown(file), mistakes);
    if (!handler.document.sound) return std::nullopt;

    const auto values = check_options(handler.document.root, keys(), "", file.parent_path(), mistakes, {"options"});
    const auto& id = values[0];
    const auto& topic = values[1];
    const auto& kind = values[2];
    const auto& match = values[3];
    handler.match_text = match.text;
    handler.expiry = std::chrono::nanoseconds{values[4].integer};
    handler.keeps_latest = values[5].text == "latest";
    check_word(id, "id", "-._", mistakes);
    check_word(topic, "topic", "-._:*?", mistakes);
    try {
        handler.match = Match{match.text};
    } catch (const TextError& error) {
        const auto* node = handler.document.root.find("match");
        mistakes.add(node == nullptr ? match.where : node->at(error.offset()), "match", error.what());
    }
    complete_options(handler.document.root);
    if (const auto& options = handler.options(); options.kind != Node::Kind::table) {
        mistakes.add(options.where, "options", fmt::format("must be a table, not {}", options.kind_name()));
        return std::nullopt;
    }
    if (!kind.is_set) return std::nullopt;
    handler.id = id.text;
    handler.topic = topic.text;
    handler.kind = kind.text;
    handler.id_at = id.where;
    handler.topic_at = topic.where;
    handler.kind_at = kind.where;
    return handler;
}

std::vector<std::filesystem::path> handler_files_in(const std::filesystem::path& directory, const Location& where,
                                                    Mistakes& mistakes) {
    constexpr std::size_t most_files = 10'000;
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error)) {
        const auto& path = at->path();
        std::error_code unknown;
        if (path.filename().string().front() == '.' || at->is_directory(unknown)) continue;
        const auto& known = endings();
        if (std::find(known.begin(), known.end(), path.extension().string()) != known.end())
            files.push_back(path);
        else
            warn_of_ending(path, mistakes);
        if (files.size() > most_files) {
            mistakes.add(where, "tocsin.handlers-dir",
                         fmt::format("\"{}\" holds more than {} handler files", directory.string(), most_files));
            return {};
        }
    }
    if (error)
        mistakes.add(where, "tocsin.handlers-dir",
                     fmt::format("\"{}\" cannot be read: {}", directory.string(), error.message()));
    else if (files.empty())
        mistakes.warn(where, "tocsin.handlers-dir",
                      fmt::format("\"{}\" holds no handler file ({}): no event goes anywhere", directory.string(),
                                  fmt::join(endings(), " ")));
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace tocsin::core
