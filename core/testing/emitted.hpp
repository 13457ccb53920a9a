#pragma once

#include "event/event.hpp"
#include "route/topic_states.hpp"
#include "testing/records.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <utility>

namespace tocsin::core {

/// Where the events of a source under test go, and the alert topics' state. Any thread.
class Emitted {
  public:
    struct Accepted {
        EventPtr event;
        std::uint64_t token;
    };
    using Hook = std::pair<void (*)(void*), void*>;

    explicit Emitted(Records& records) : records_{records} {}

    /// Copies a sound event and adds what the router does.
    EventPtr stamped(const tocsin_event& event);

    /// What `take` answers a sound event from now on; accepted becomes full after `room` events.
    void answer(std::int32_t answer, std::uint64_t room);
    /// Called by `take` before it answers; without a function, nothing is.
    void call_first(Hook hook);

    std::int32_t take(const tocsin_event& event, std::uint64_t token);

    /// nullptr: there is no such event.
    const Accepted* accepted_at(std::size_t index) const;
    std::size_t accepted() const;
    std::uint64_t emits() const;

  private:
    EventPtr stamp(const tocsin_event& event);

    Records& records_;
    mutable std::mutex mutex_;
    TopicStates states_{100'000};
    std::uint64_t sequence_ = 0;
    std::deque<Accepted> accepted_;
    std::uint64_t emits_ = 0;
    std::int32_t answer_ = TOCSIN_ACCEPTED;
    std::uint64_t room_ = std::numeric_limits<std::uint64_t>::max();
    Hook hook_{};
};

}  // namespace tocsin::core
