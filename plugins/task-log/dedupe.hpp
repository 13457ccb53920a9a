#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace task_log {

/// Remembers which executions were told with which outcome, for a while and for so many: the oldest is forgotten first.
class Dedupe {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::size_t default_capacity = 10'000;

    /// A window of 0 turns it off: nothing is ever remembered. `capacity`: at most 2^30.
    explicit Dedupe(std::chrono::nanoseconds window, std::size_t capacity = default_capacity) noexcept
        : window_{window}, capacity_{capacity} {}

    /// Whether this was remembered less than the window ago. An execution without an id is never known: the empty text
    /// and the GUID of zeros name none.
    bool knows(std::string_view execution_id, std::string_view outcome, Time now);

    /// `now` must not go back from call to call.
    void remember(std::string_view execution_id, std::string_view outcome, Time now);

    std::size_t size() const noexcept { return next_ - oldest_; }

  private:
    struct Entry {
        std::string key;
        std::uint32_t hash = 0;
        Time when;
    };
    struct Slot {
        std::uint32_t place = 0;  ///< of an entry in the ring, plus 1; 0 when free
        std::uint32_t hash = 0;
    };

    bool set_key(std::string_view execution_id, std::string_view outcome);
    bool known() const;
    void forget_oldest();
    void grow();
    void insert(std::uint32_t number, std::uint32_t hash);
    std::uint32_t place_of(std::uint32_t number) const noexcept {
        return number & static_cast<std::uint32_t>(entries_.size() - 1);
    }
    Entry& entry(std::uint32_t number) noexcept { return entries_[place_of(number)]; }

    std::chrono::nanoseconds window_;
    std::size_t capacity_;
    std::string key_;
    std::uint32_t hash_ = 0;  ///< of the key

    // Entries have numbers in the order of their time, which wrap around. They stand in a ring, so that forgetting the
    // oldest reads memory in order, and are found through a table of twice the size with linear probing. Both sizes are
    // powers of two.
    std::vector<Entry> entries_;
    std::vector<Slot> table_;
    std::uint32_t oldest_ = 0;
    std::uint32_t next_ = 0;
};

}  // namespace task_log
