#include "config/environment.hpp"

#include "base/text.hpp"
#include "config/environment_name.hpp"
#include "config/environment_value.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace tocsin::core {
namespace {

Location place_of(const std::string& variable) { return {std::make_shared<const std::string>(variable)}; }

/// A whole list before its items, and what names no section before what names one, which therefore holds.
auto order_of(const EnvironmentTarget& target) {
    return std::tuple{target.has_index, target.item.has_value(), target.item.value_or(0)};
}

void set(const EnvironmentTarget& target, const std::string& variable, const std::string& value, Mistakes& mistakes) {
    const auto where = place_of(variable);
    if (!is_utf8(value)) {
        mistakes.add(where, "", "is not UTF-8");
        return;
    }
    auto& table = target.section->table;
    auto entry = std::find_if(table.begin(), table.end(),
                              [&](const Node::Entry& known) { return known.key == target.option->name; });
    if (!target.item) {
        auto node = value_from_environment(*target.option, value, where, mistakes);
        if (!node) return;
        if (entry == table.end())
            table.push_back({target.option->name, where, std::move(*node)});
        else
            entry->value = std::move(*node);
        return;
    }
    if (entry == table.end()) entry = table.insert(table.end(), {target.option->name, where, {}});
    set_item(entry->value, *target.item, value, where, mistakes);
}

}  // namespace

Environment variables_of_process() {
    Environment variables;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
        const std::string_view text = *at;
        const auto equals = text.find('=');
        if (!text.starts_with(environment_prefix) || equals == std::string_view::npos) continue;
        const auto name = text.substr(0, equals);
        const auto value = text.substr(equals + 1);
        if (!value.empty() && name != "TOCSIN_PLUGIN_PATH") variables.emplace(name, value);
    }
    return variables;
}

void apply_environment(Environment& variables, const std::vector<KindOfSection>& kinds, Mistakes& mistakes) {
    std::vector<std::pair<EnvironmentTarget, Environment::node_type>> targets;
    for (auto at = variables.begin(); at != variables.end();) {
        const auto next = std::next(at);
        if (const auto target = find_target(at->first, kinds, place_of(at->first), mistakes); target.is_known_kind)
            targets.emplace_back(target, variables.extract(at));
        at = next;
    }
    std::stable_sort(targets.begin(), targets.end(),
                     [](const auto& a, const auto& b) { return order_of(a.first) < order_of(b.first); });
    for (const auto& [target, variable] : targets)
        if (target.option != nullptr) set(target, variable.key(), variable.mapped(), mistakes);
}

void warn_of_near_misses(const Environment& variables, const std::vector<KindOfSection>& kinds, Mistakes& mistakes) {
    for (const auto& [variable, value] : variables)
        if (const auto meant = nearest_variable(variable, kinds); !meant.empty())
            mistakes.warn(place_of(variable), "", "is not used (did you mean \"" + meant + "\"?)");
}

}  // namespace tocsin::core
