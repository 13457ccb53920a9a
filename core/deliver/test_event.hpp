#pragma once

#include "deliver/handler_queue.hpp"
#include "deliver/sink_runner.hpp"
#include "event/event.hpp"

#include <tocsin/sink.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

inline EventPtr test_event(std::string_view id, std::uint64_t sequence, std::string_view topic = "test") {
    EventDraft draft;
    draft.topic = topic;
    draft.id = id;
    draft.message = "message";
    Stamp stamp;
    stamp.sequence = sequence;
    return std::make_shared<const Event>(draft.to_abi(), stamp);
}

/// One delivery of such an event that no spool knows of.
inline QueuedDelivery test_delivery(std::string_view id, std::uint64_t sequence, std::string_view topic = "test",
                                    std::int64_t received = 0) {
    auto entry = std::make_shared<Entry>(test_event(id, sequence, topic), received, Time{});
    entry->set_slots({{.account = nullptr}});
    return {std::move(entry), 0};
}

/// Takes all and answers nothing.
class IdleSink final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "idle";
    static constexpr bool non_blocking = true;

    explicit IdleSink(tocsin::SinkHost) {}
    void send(tocsin::Delivery) override {}
};

/// Handlers with a lane each in one runner, and pushes counted as the router does.
struct TestHandlers {
    std::vector<std::shared_ptr<Handler>> all;

    std::size_t add(SinkRunner& runner, const std::string& id, LanePlan plan = {}) {
        all.push_back(std::make_shared<Handler>("topic", id));
        return runner.add(all.back(), std::move(plan));
    }
    void push(SinkRunner& runner, std::size_t lane, QueuedDelivery delivery) const {
        auto& handler = *all[lane];
        handler.created.add();
        ++handler.pending;
        handler.pending_bytes += delivery.entry->cost();
        handler.in_memory += delivery.entry->cost();
        runner.push(lane, std::move(delivery));
    }
    std::size_t pending() const {
        std::size_t sum = 0;
        for (const auto& handler : all) sum += handler->pending;
        return sum;
    }
};

}  // namespace tocsin::core
