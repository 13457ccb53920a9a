#pragma once

#include "base/mistakes.hpp"
#include "config/environment.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core {

/// One section of the configuration for a plugin's kind.
struct Section {
    std::string kind;
    Node* table;
};

/// What the configuration file says about the program itself, and the sections it holds for plugins.
struct Settings {
    std::filesystem::path file;
    Document document;
    std::filesystem::path handlers_dir;
    Location handlers_dir_at;
    std::vector<std::filesystem::path> plugin_path;
    Location plugin_path_at;
    std::filesystem::path state_dir;
    Location state_dir_at;
    std::uint64_t spool_bytes = 0;
    std::uint64_t most_dead_letters = 0;
    std::chrono::nanoseconds drain_timeout{};
    std::chrono::nanoseconds call_limit{};
    std::vector<Section> sections;  ///< in the order of the file; they point into `document`
};

/// The options of the section [tocsin].
const std::vector<OptionSpec>& program_options();

/// Reads a configuration file, and takes the variables that speak of [tocsin] out of `variables`. What is wrong goes to
/// `mistakes`; the result is nothing when the file could not be read.
std::optional<Settings> read_settings(const std::filesystem::path& file, Environment& variables, Mistakes& mistakes);

}  // namespace tocsin::core
