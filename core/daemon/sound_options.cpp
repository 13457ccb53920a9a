#include "daemon/sound_options.hpp"

#include "config/option_value.hpp"

#include <utility>

namespace tocsin::core {

SoundOptions read_sound_options(const Node& table, const std::vector<OptionSpec>& specs, const std::string& prefix,
                                const std::filesystem::path& directory, Mistakes& mistakes) {
    SoundOptions read;
    for (const auto& spec : specs) {
        const auto before = mistakes.size();
        auto value = std::move(read_options(table, {spec}, prefix, directory, mistakes).front());
        const bool refused = mistakes.size() != before;
        if (refused) value = default_option(spec, directory);
        if (spec.required && !value.is_set) read.complete = false;
        read.values.push_back(std::move(value));
        read.refused.push_back(refused);
    }
    return read;
}

}  // namespace tocsin::core
