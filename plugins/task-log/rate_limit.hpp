#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <utility>

namespace task_log {

/// Lets so many events through per minute: that many at once at first, then evenly as the minute passes.
class RateLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// 0: no limit.
    explicit RateLimit(std::int64_t per_minute) noexcept
        : per_minute_{static_cast<double>(per_minute)}, left_{per_minute_} {}

    /// Whether one more may pass at `now`, which must not go back from call to call.
    bool take(Time now) noexcept {
        if (per_minute_ <= 0) return true;
        const std::chrono::duration<double, std::ratio<60>> passed = last_ ? now - *last_ : Time::duration{};
        left_ = std::min(per_minute_, left_ + passed.count() * per_minute_);
        last_ = now;
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }

  private:
    double per_minute_;
    double left_;
    std::optional<Time> last_;
};

/// Keeps a log line that data can provoke rare.
class LogThrottle {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit LogThrottle(std::chrono::nanoseconds interval) noexcept : interval_{interval} {}

    /// How many were kept back since the last line, when it is time for another; otherwise nothing, and this one counts
    /// as kept back.
    std::optional<std::uint64_t> admit(Time now) noexcept {
        if (last_ && now - *last_ < interval_) {
            ++kept_back_;
            return std::nullopt;
        }
        last_ = now;
        return std::exchange(kept_back_, 0);
    }

  private:
    std::chrono::nanoseconds interval_;
    std::optional<Time> last_;
    std::uint64_t kept_back_ = 0;
};

}  // namespace task_log
