#pragma once

#include "config/schema.hpp"
#include "deliver/handler.hpp"
#include "deliver/handler_queue.hpp"
#include "plugin/delivery.hpp"
#include "route/payload.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// What a handler file says about sending.
struct LanePlan {
    std::vector<OptionValue> options;
    std::vector<std::optional<Payload>> rendered;  ///< one per template option; nothing for one that was left out
    std::chrono::nanoseconds expiry{0};            ///< deliveries older than that become dead letters; 0: never
    bool keeps_latest = false;                     ///< a newer event of the same id replaces one that waits
    std::string text;                              ///< equal for plans that are the same
};

/// One handler's way through one sink instance: its queue, its binding and what is rendered for it.
struct Lane {
    /// `number`: of the lane, which sets its delays apart from those of others.
    Lane(std::shared_ptr<Handler> handler, LanePlan plan, std::size_t number);

    /// The rendered values for `event`; otherwise `fault` says why there are none.
    RenderedValues render(const Event& event, std::string& fault) const;

    std::shared_ptr<Handler> handler;
    LanePlan plan;
    HandlerQueue queue;
    std::size_t binding = 0;  ///< the instance's number for it
    bool is_unbound = false;  ///< it has none yet
    bool waits = false;       ///< another lane of its handler has to end first

    /// Set when it is closed: gets the deliveries that did not end, in order, once none of them is open.
    std::function<void(std::vector<QueuedDelivery>)> when_left;
    std::vector<QueuedDelivery> left;
};

/// Why a delivery that was too old became a dead letter.
inline constexpr std::string_view expired = "expired";

/// Counts deliveries that have ended, and tells the ledger of their entries.
void end_all(Handler& handler, const std::vector<QueuedDelivery>& deliveries, Outcome outcome, std::string_view reason);

}  // namespace tocsin::core
