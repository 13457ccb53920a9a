#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mqtt {

/// Decides which failed attempts are told: the first, each new reason, and otherwise one a minute.
class FailureLog {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    bool tells(std::string_view reason, TimePoint now) {
        if (told_ && reason_ == reason && now - *told_ < std::chrono::minutes{1}) return false;
        reason_ = reason;
        told_ = now;
        return true;
    }

    /// After a success: the next failure is told.
    void reset() { told_.reset(); }

  private:
    std::optional<TimePoint> told_;
    std::string reason_;
};

}  // namespace mqtt
