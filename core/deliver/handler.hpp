#pragma once

#include "base/counter.hpp"
#include "base/log_limit.hpp"
#include "deliver/handler_queue.hpp"
#include "plugin/delivery.hpp"
#include "route/payload.hpp"

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// A handler as its sink runner keeps it: what is rendered for it, its queue and its counters.
struct Handler {
    Handler(std::string topic, std::string id, std::vector<std::optional<Payload>> rendered, const Backoff& backoff);

    /// The rendered values for `event`; otherwise `fault` says why there are none.
    std::vector<HostedDelivery::Value> render(const Event& event, std::string& fault) const;

    std::string topic;  ///< alert topic, may be a glob
    std::string id;
    std::vector<std::optional<Payload>> rendered;  ///< one per template option; nothing for one that was left out
    HandlerQueue queue;

    /// Law: created = delivered + dead + dropped + pending.
    Counter created;
    Counter delivered;
    Counter dead;
    Counter dropped;  ///< refused: the handler was at its quota
    Counter retried;
    std::atomic<std::size_t> pending{0};

    LogLimit retry_lines;
    LogLimit dead_lines;
    LogLimit dropped_lines;
};

}  // namespace tocsin::core
