#include "route/expression/functions.hpp"

#include <algorithm>
#include <array>

namespace tocsin::core::expression {
namespace {

std::array<std::span<const Function>, 6> all_functions() noexcept {
    return {event_functions(), string_functions(), conversion_functions(),
            math_functions(),  time_functions(),   varying_functions()};
}

}  // namespace

std::vector<const Function*> find_functions(std::string_view name) {
    std::vector<const Function*> found;
    for (const auto& group : all_functions()) {
        for (const Function& function : group) {
            if (function.name == name) found.push_back(&function);
        }
    }
    return found;
}

std::vector<std::string> function_names() {
    std::vector<std::string> names;
    for (const auto& group : all_functions()) {
        for (const Function& function : group) names.emplace_back(function.name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace tocsin::core::expression
