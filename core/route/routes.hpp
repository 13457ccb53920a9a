#pragma once

#include "base/counter.hpp"
#include "event/event.hpp"
#include "route/match.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin::core {

/// Which events go to one handler.
struct Route {
    Route(Match match_, std::size_t target_) : match{std::move(match_)}, target{target_} {}

    Match match;
    std::size_t target;       ///< the handler, as the owner numbers them
    mutable Counter missing;  ///< matches that failed because a reference was not there
};

/// All routes, by alert topic. Immutable once filled, then thread-safe.
class Routes {
  public:
    /// `topic`: an alert topic or a glob over alert topics.
    void add(const std::string& topic, Match match, std::size_t target);

    /// Appends the targets of every route whose topic and match hold.
    void find(const Event& event, std::vector<std::size_t>& targets) const;

    /// Over all routes.
    std::uint64_t missing() const noexcept;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    using List = std::vector<std::unique_ptr<Route>>;
    struct Pattern {
        std::string topic;
        std::unique_ptr<Route> route;
    };

    std::unordered_map<std::string, List, Hash, std::equal_to<>> exact_;
    std::vector<Pattern> patterns_;
};

}  // namespace tocsin::core
