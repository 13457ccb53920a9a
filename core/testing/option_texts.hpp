#pragma once

#include "config/node.hpp"
#include "config/schema.hpp"
#include "plugin/library.hpp"
#include "route/payload.hpp"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// Options out of a text, checked. The document stays, as the values point into it.
struct CheckedOptions {
    Document document;
    Location where;  ///< of the table
    std::vector<OptionValue> values;
    std::string name;  ///< of the instance, as the router calls it
};

/// Everything that is wrong, one mistake a line as the router prints them.
class TextMistakes : public std::runtime_error {
  public:
    explicit TextMistakes(const Mistakes& mistakes);
};

/// A section of the configuration in TOML, with or without its header, as a single one of its kind. `enabled` is taken
/// as true when it is not there. Throws TextMistakes.
CheckedOptions check_section(std::string_view text, const std::string& kind, const std::vector<OptionSpec>& specs,
                             const std::filesystem::path& directory);

/// What stands below `options:` in a handler file, in YAML. Throws TextMistakes.
CheckedOptions check_handler_options(std::string_view text, const std::vector<OptionSpec>& specs,
                                     const std::filesystem::path& directory);

/// The templates among checked handler options, compiled; nothing for one that was left out. Throws TextMistakes.
std::vector<std::optional<Payload>> templates_of(const CheckedOptions& options, const std::vector<OptionSpec>& specs);

/// What a plugin said is wrong, told at the options it names. `before`: comes before their names ("options").
TextMistakes told_by_plugin(std::string_view said, const CheckedOptions& options, const std::vector<OptionSpec>& specs,
                            const std::string& before);

}  // namespace tocsin::core
