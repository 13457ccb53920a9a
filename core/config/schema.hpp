#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"

#include <tocsin/option.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// Whether a string option may be given as `{ file = "..." }` or `{ env = "..." }`, and whether these are looked at.
enum class References { refused, checked, resolved };

/// The host's own copy of a declared option (`tocsin_option`).
struct OptionSpec {
    std::string name;
    OptionType type = OptionType::string;
    std::string help;
    bool required = false;
    bool secret = false;
    References references = References::refused;
    std::uint32_t role = TOCSIN_ROLE_NONE;
    std::uint32_t escape = TOCSIN_ESCAPE_NONE;
    std::optional<std::string> default_value;
    std::vector<std::string> choices;
    bool ranged = false;
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
};

/// The value of one option, checked and with its default filled in.
struct OptionValue {
    bool is_set = false;
    bool fetched = false;      ///< from a file or variable that the section names: no message quotes it
    Location where;            ///< of the value; without a file when it is the default
    std::string text;          ///< string, path (absolute), choice
    std::int64_t integer = 0;  ///< integer, boolean, duration (nanoseconds)
    double real = 0;
    std::vector<std::string> items;
    const Node* node = nullptr;  ///< template, table of templates: the value itself, to be compiled by the caller;
                                 ///< nullptr when left out
    std::shared_ptr<const Node> default_node;  ///< template: what `node` points to when it is the default
};

/// Tells the keys of `table` that are neither in `specs` nor `also_known`. `prefix` comes before each key in messages
/// ("options.").
void check_keys(const Node& table, const std::vector<OptionSpec>& specs, const std::string& prefix, Mistakes& mistakes,
                const std::vector<std::string>& also_known = {});

/// Returns one value per spec, in their order. Missing required ones, wrong types and values out of range go to
/// `mistakes`. Relative paths are taken from `directory`; an empty one is an option left out. A scalar that YAML reads
/// as another type is taken as a string where a string is wanted. Strings that stand in a file or in a variable
/// (config/reference.hpp) are fetched. The returned nodes point into `table`.
std::vector<OptionValue> read_options(const Node& table, const std::vector<OptionSpec>& specs,
                                      const std::string& prefix, const std::filesystem::path& directory,
                                      Mistakes& mistakes);

/// Both of the above.
std::vector<OptionValue> check_options(const Node& table, const std::vector<OptionSpec>& specs,
                                       const std::string& prefix, const std::filesystem::path& directory,
                                       Mistakes& mistakes, const std::vector<std::string>& also_known = {});

/// "250ms", "5s", "1m30s", "1.5h", "1d" in nanoseconds: Go's duration units (ns us µs ms s m h) and `d`, `w`, without a
/// sign. Nothing when it is not a duration or does not fit.
std::optional<std::int64_t> parse_duration(std::string_view text) noexcept;

/// Nanoseconds as parse_duration reads them, in as few units as needed: "1m30s", "1d", "0s"; with "-" when negative.
std::string duration_text(std::int64_t nanoseconds);

}  // namespace tocsin::core
