#pragma once

#include "base/mistakes.hpp"
#include "config/schema.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace tocsin::core {

/// The options of a section or handler, with the defaults in place of those that do not suit.
struct SoundOptions {
    std::vector<OptionValue> values;  ///< one per spec
    std::vector<bool> refused;        ///< likewise: there is a mistake in it
    bool complete = true;             ///< nothing that is required is missing

    bool all_sound() const { return std::find(refused.begin(), refused.end(), true) == refused.end(); }
};

/// As read_options (config/schema.hpp). A plugin may be asked about what is complete, even if not all is sound: that
/// tells what else is wrong.
SoundOptions read_sound_options(const Node& table, const std::vector<OptionSpec>& specs, const std::string& prefix,
                                const std::filesystem::path& directory, Mistakes& mistakes);

}  // namespace tocsin::core
