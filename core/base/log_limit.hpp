#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace tocsin::core {

/// Lets one log line a second through, so that a flood of the same fault does not become a flood of lines. Any thread.
class LogLimit {
  public:
    /// How many lines were held back since the last that went through; nothing when this one is held back too.
    std::optional<std::uint64_t> pass() {
        const std::scoped_lock lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        if (last_ && now - *last_ < std::chrono::seconds{1}) {
            ++held_back_;
            return std::nullopt;
        }
        last_ = now;
        return std::exchange(held_back_, 0);
    }

  private:
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> last_;
    std::uint64_t held_back_ = 0;
};

}  // namespace tocsin::core
