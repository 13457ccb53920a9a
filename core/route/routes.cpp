#include "route/routes.hpp"

#include "route/glob.hpp"

#include <utility>

namespace tocsin::core {
namespace {

void try_route(const Route& route, const Event& event, std::vector<std::size_t>& targets) {
    switch (route.match(event)) {
        case Match::Result::yes: targets.push_back(route.target); break;
        case Match::Result::missing: route.missing.add(); break;
        case Match::Result::no: break;
    }
}

}  // namespace

void Routes::add(const std::string& topic, Match match, std::size_t target) {
    auto route = std::make_unique<Route>(std::move(match), target);
    if (is_glob(topic))
        patterns_.push_back({topic, std::move(route)});
    else
        exact_[topic].push_back(std::move(route));
}

void Routes::find(const Event& event, std::vector<std::size_t>& targets) const {
    if (const auto found = exact_.find(event.topic()); found != exact_.end())
        for (const auto& route : found->second) try_route(*route, event, targets);
    for (const auto& [topic, route] : patterns_)
        if (glob_matches(topic, event.topic())) try_route(*route, event, targets);
}

std::uint64_t Routes::missing() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [topic, list] : exact_)
        for (const auto& route : list) sum += route->missing.value();
    for (const auto& pattern : patterns_) sum += pattern.route->missing.value();
    return sum;
}

}  // namespace tocsin::core
