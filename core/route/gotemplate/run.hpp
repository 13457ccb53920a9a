#pragma once

#include "event/event.hpp"

#include <cstddef>
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core::gotemplate {

/// What one rendering may write, and what its functions may make on the way, in bytes each.
inline constexpr std::size_t largest_output = 1024 * 1024;

/// The state of one rendering.
class Run {
  public:
    explicit Run(const Event& event) : event_{event} {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    const Event& event() const noexcept { return event_; }

    /// Keeps text that a function made until the rendering has ended; fails when there is too much of it.
    std::string_view keep(std::string text) {
        if (text.size() > left_) {
            fail_size();
            return {};
        }
        left_ -= text.size();
        return texts_.emplace_front(std::move(text));
    }
    /// How much more may be kept.
    std::size_t left() const noexcept { return left_; }

    /// Ends the rendering; the first failure counts. `why` shows no data of the event.
    void fail(std::string why) {
        if (failure_.empty()) failure_ = std::move(why);
    }
    void fail_size() { fail("the text is larger than 1 MiB"); }
    /// Where a failure that has no place yet happened.
    void place_failure(std::size_t offset) noexcept {
        if (!is_placed_) offset_ = offset;
        is_placed_ = true;
    }
    bool failed() const noexcept { return !failure_.empty(); }
    const std::string& failure() const noexcept { return failure_; }
    std::size_t offset() const noexcept { return offset_; }

  private:
    const Event& event_;
    std::forward_list<std::string> texts_;
    std::size_t left_ = largest_output;
    std::string failure_;
    std::size_t offset_ = 0;
    bool is_placed_ = false;
};

}  // namespace tocsin::core::gotemplate
