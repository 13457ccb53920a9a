#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace task_log {

/// Remembers which executions were told with which outcome, for a while and for so many: the oldest is forgotten first.
class Dedupe {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::size_t default_capacity = 10'000;

    /// A window of 0 turns it off: nothing is ever remembered.
    explicit Dedupe(std::chrono::nanoseconds window, std::size_t capacity = default_capacity) noexcept
        : window_{window}, capacity_{capacity} {}

    /// Whether this was remembered less than the window ago. An execution without an id is never known: the empty text
    /// and the GUID of zeros name none.
    bool knows(std::string_view execution_id, std::string_view outcome, Time now);

    /// `now` must not go back from call to call.
    void remember(std::string_view execution_id, std::string_view outcome, Time now);

    std::size_t size() const noexcept { return known_.size(); }

  private:
    using Known = std::unordered_map<std::string, Time>;

    bool set_key(std::string_view execution_id, std::string_view outcome);
    void forget_oldest();

    std::chrono::nanoseconds window_;
    std::size_t capacity_;
    Known known_;
    std::deque<const Known::value_type*> oldest_first_;
    std::string key_;
};

}  // namespace task_log
