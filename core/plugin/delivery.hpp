#pragma once

#include "event/event.hpp"

#include <tocsin/abi.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::core {

/// What a sink is handed: one attempt at a delivery, with the event and the rendered values, counted. The memory goes
/// with the last release. `retain` and `release` from any thread.
class HostedDelivery : public tocsin_delivery {
  public:
    /// A rendered value; `is_set` is false for an option that was left out.
    struct Value {
        std::string text;
        bool is_set = false;
    };

    /// Counted once, for the caller.
    static HostedDelivery* make(EventPtr event, std::vector<Value> values, void* binding, std::uint64_t ticket,
                                std::uint32_t attempt);
    static HostedDelivery& from(const tocsin_delivery* delivery) noexcept;

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;

  private:
    HostedDelivery(EventPtr event, std::vector<Value> values);
    ~HostedDelivery() = default;

    std::atomic<std::uint32_t> references_{1};
    EventPtr owner_;
    std::vector<Value> texts_;
    std::vector<tocsin_string> views_;
};

}  // namespace tocsin::core
