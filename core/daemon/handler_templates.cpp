#include "daemon/handler_templates.hpp"

#include <cstddef>

namespace tocsin::core {

std::vector<std::optional<Payload>> compile_templates(const std::vector<OptionSpec>& specs,
                                                      const std::vector<OptionValue>& values, Mistakes& mistakes) {
    std::vector<std::optional<Payload>> payloads;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& spec = specs[i];
        if (!comes_rendered(spec.type)) continue;
        const auto* node = values[i].node;
        const auto key = "options." + spec.name;
        if (node == nullptr)
            payloads.emplace_back();
        else if (spec.type == OptionType::rendered_table)
            payloads.push_back(Payload::compile_table(*node, key, mistakes));
        else
            payloads.push_back(Payload::compile(*node, spec.escape, key, mistakes));
    }
    return payloads;
}

}  // namespace tocsin::core
