#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace tocsin::core {

/// The bytes of a file, as they were at one moment.
struct LoadedFile {
    std::string bytes;
    bool others_may_read = false;  ///< its mode lets every user of the machine read it
};

/// Reads a regular file of at most `largest` bytes, without a byte order mark (UTF-8). Otherwise nothing, and `problem`
/// says why, as the rest of a sentence that begins with the file. Whatever the file is, this neither waits for it nor
/// reads more than that of it; one that is changed meanwhile is a problem.
std::optional<LoadedFile> load_file(const std::filesystem::path& path, std::size_t largest, std::string& problem);

}  // namespace tocsin::core
