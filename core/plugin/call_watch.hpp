#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tocsin::core {

/// Notes whether a call is under way and since when, so that one that takes too long can be given up. The calls do not
/// overlap. Whoever wins, the caller that leaves or the watcher that condemns, owns what the call was guarding.
class CallWatch {
  public:
    using Clock = std::chrono::steady_clock;

    void enter() noexcept { since_ = now(); }

    /// False when the call was condemned meanwhile.
    bool leave() noexcept {
        auto since = since_.load();
        while (since != condemned_mark)
            if (since_.compare_exchange_weak(since, idle)) return true;
        return false;
    }

    /// The call under way has got somewhere: its time counts from now on. Any thread.
    void progress() noexcept {
        auto since = since_.load(std::memory_order_relaxed);
        while (since > idle && !since_.compare_exchange_weak(since, now())) {
        }
    }

    /// Whether a call has been under way for longer than `limit`. Any thread.
    bool overdue(Clock::time_point at, std::chrono::nanoseconds limit) const noexcept {
        const auto since = since_.load();
        return since > idle && at.time_since_epoch().count() - since > limit.count();
    }

    /// True, once, when a call has been under way for longer than `limit`. Any thread.
    bool condemn(Clock::time_point at, std::chrono::nanoseconds limit) noexcept {
        auto since = since_.load();
        return since > idle && at.time_since_epoch().count() - since > limit.count() &&
               since_.compare_exchange_strong(since, condemned_mark);
    }

    bool condemned() const noexcept { return since_ == condemned_mark; }

  private:
    static constexpr std::int64_t idle = 0;
    static constexpr std::int64_t condemned_mark = -1;
    static_assert(Clock::duration::period::den == std::nano::den, "nanoseconds");

    static std::int64_t now() noexcept { return Clock::now().time_since_epoch().count(); }

    std::atomic<std::int64_t> since_{idle};  ///< nanoseconds of Clock, or one of the two above
};

}  // namespace tocsin::core
