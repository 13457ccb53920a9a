#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "route/match.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core {

/// What a handler file says, with its options as they stand there.
struct HandlerFile {
    std::filesystem::path file;
    Document document;
    std::string id;
    std::string topic;
    std::string kind;
    Match match{""};
    std::string match_text;
    std::chrono::nanoseconds expiry{0};  ///< 0: never
    bool keeps_latest = false;
    Location id_at;
    Location topic_at;
    Location kind_at;

    /// The table of options; an empty one, placed at the start of the file, when it has none.
    const Node& options() const { return *document.root.find("options"); }
};

/// Reads one handler file. What is wrong goes to `mistakes`; the result is nothing when its options cannot be
/// checked, for want of a kind or of a table. Its id and topic may be empty then, which is a mistake already.
std::optional<HandlerFile> read_handler_file(const std::filesystem::path& file, Mistakes& mistakes);

/// The handler files of a directory (.yaml .yml .json .toml; not in subdirectories, not hidden), by name. A directory
/// that cannot be read goes to `mistakes` at `where`, and so does one with more than 10,000 of them: none is read then.
/// One without any is warned of, and so is a file whose ending looks like a mistyped one.
std::vector<std::filesystem::path> handler_files_in(const std::filesystem::path& directory, const Location& where,
                                                    Mistakes& mistakes);

}  // namespace tocsin::core
