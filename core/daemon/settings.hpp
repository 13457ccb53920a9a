#pragma once

#include "base/mistakes.hpp"
#include "config/environment.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"
#include "http/address.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// One section of the configuration for a plugin's kind.
struct Section {
    std::string kind;
    Node* table;
};

/// Where HTTP is served, and where the configuration says so.
struct HttpSettings {
    http::Address address;
    std::string listen;  ///< the address as it was written
    Location where;
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
    Location spool_bytes_at;  ///< or the section, when the option is left out; likewise the next ones
    std::uint64_t most_dead_letters = 0;
    Location most_dead_letters_at;
    std::chrono::nanoseconds drain_timeout{};
    std::chrono::nanoseconds call_limit{};
    Location call_limit_at;
    Node* http_section = nullptr;   ///< [http], which variables may add to; nullptr when it is no section
    bool has_http_section = false;  ///< whether the file has it, be it empty
    std::vector<Section> sections;  ///< in the order of the file; they point into `document`
};

/// A section that belongs to the program, not to a plugin: there can be one, `[name]`.
struct ProgramSection {
    std::string name;
    std::string help;
    std::vector<OptionSpec> options;
};

/// [tocsin] and [http].
const std::vector<ProgramSection>& program_sections();

/// nullptr when there is none of that name.
const ProgramSection* program_section(std::string_view name);

/// Reads a configuration file, and takes the variables that speak of [tocsin] out of `variables`. What is wrong goes to
/// `mistakes`; the result is nothing when the file could not be read.
std::optional<Settings> read_settings(const std::filesystem::path& file, Environment& variables, Mistakes& mistakes);

/// What [http] says, once variables have been applied to it (a kind that a plugin brings may begin with the same word).
/// Nothing when neither the file nor a variable speaks of it, so that HTTP is not served, or when it holds mistakes.
std::optional<HttpSettings> read_http(const Settings& settings, Mistakes& mistakes);

}  // namespace tocsin::core
