#pragma once

#include "config/schema.hpp"

#include <filesystem>
#include <string>

namespace tocsin::core {

/// Checks one value that was given. Returns nothing set when it does not suit; what is wrong went to `mistakes` then,
/// under the name `key`.
OptionValue read_option(const OptionSpec& spec, const std::string& key, const Node& node,
                        const std::filesystem::path& directory, Mistakes& mistakes);

/// The default of `spec`, read by the same rules; not set when there is none. Throws std::logic_error when it breaks
/// them.
OptionValue default_option(const OptionSpec& spec, const std::filesystem::path& directory);

}  // namespace tocsin::core
