#pragma once

#include "event/event.hpp"

#include <tocsin/abi.h>

#include <boost/container/small_vector.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::core {

/// The rendered values of one delivery, one after the other in one text.
struct RenderedValues {
    std::string text;
    /// Where each value ends in `text`, and whether it is set; one that was left out is not.
    struct Value {
        std::size_t end = 0;
        bool is_set = false;
    };
    std::vector<Value> values;

    void add(bool is_set) { values.push_back({text.size(), is_set}); }
};

/// What a sink is handed: one attempt at a delivery, with the event and the rendered values, counted. The memory goes
/// with the last release. `retain` and `release` from any thread.
class HostedDelivery : public tocsin_delivery {
  public:
    /// Counted once, for the caller.
    static HostedDelivery* make(EventPtr event, RenderedValues values, void* binding, std::uint64_t ticket,
                                std::uint32_t attempt);
    static HostedDelivery& from(const tocsin_delivery* delivery) noexcept;

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;

  private:
    HostedDelivery(EventPtr event, RenderedValues values);
    ~HostedDelivery() = default;

    std::atomic<std::uint32_t> references_{1};
    EventPtr owner_;
    RenderedValues values_;
    boost::container::small_vector<tocsin_string, 4> views_;
};

}  // namespace tocsin::core
