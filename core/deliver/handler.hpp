#pragma once

#include "base/counter.hpp"
#include "base/log_limit.hpp"
#include "deliver/handler_queue.hpp"
#include "spool/account.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::core {

class SinkRunner;

/// A handler as long as files name it: its counters, and where its deliveries are. What it sends, and through which
/// sink, is its lane's matter (lane.hpp), which changes with a reload.
struct Handler {
    Handler(std::string topic_, std::string id_) : topic{std::move(topic_)}, id{std::move(id_)} {}

    const std::string topic;  ///< alert topic, may be a glob
    const std::string id;

    /// Law: created + recovered + requeued = delivered + dead + dropped + pending.
    Counter created;
    Counter recovered;  ///< were in the spool at the start
    Counter requeued;   ///< were dead letters
    Counter delivered;
    Counter dead;
    Counter dropped;   ///< refused, replaced by a newer event, or dropped by the operator
    Counter refused;   ///< of the dropped: the handler was at its quota
    Counter replaced;  ///< of the dropped: `keep: latest`
    Counter expired;   ///< of the dead
    Counter retried;
    std::atomic<std::size_t> pending{0};
    std::atomic<std::uint64_t> pending_bytes{0};

    /// When the oldest pending delivery was received, in nanoseconds since 1970, looked up about once a second; 0 for
    /// none.
    std::atomic<std::int64_t> oldest{0};

    /// Bytes of the deliveries in memory that its lane has, or will get when they are released.
    std::atomic<std::uint64_t> in_memory{0};
    std::atomic<std::uint64_t> most_in_memory{4 * 1024 * 1024};
    /// Its new deliveries are not put into memory but read from the spool when their turn comes. Changed under the
    /// router's lock.
    std::atomic<bool> in_backlog{false};

    LogLimit retry_lines;
    LogLimit dead_lines;
    LogLimit refused_lines;

    // Under the router's lock.
    Account* account = nullptr;
    SinkRunner* runner = nullptr;
    std::size_t lane = 0;
    std::string plan_text;        ///< of its lane
    std::uint64_t read_from = 0;  ///< while in_backlog: what has a lower sequence number has been in memory
    bool is_removed = false;
    std::size_t closing = 0;           ///< lanes it had that have not given back what they have
    std::vector<QueuedDelivery> left;  ///< what the others of them gave back
};

}  // namespace tocsin::core
