#include "daemon/handler_templates.hpp"

#include <cstddef>

namespace tocsin::core {

std::vector<std::optional<Payload>> compile_templates(const std::vector<OptionSpec>& specs,
                                                      const std::vector<OptionValue>& values, Mistakes& mistakes) {
    std::vector<std::optional<Payload>> payloads;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (specs[i].type != OptionType::rendered) continue;
        const auto* node = values[i].node;
        payloads.push_back(node == nullptr
                               ? std::nullopt
                               : Payload::compile(*node, specs[i].escape, "options." + specs[i].name, mistakes));
    }
    return payloads;
}

}  // namespace tocsin::core
