#pragma once

#include "event/event.hpp"
#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core::gotemplate {

/// What one rendering may write, and what its functions may make on the way, in bytes each.
inline constexpr std::size_t largest_output = 1024 * 1024;
/// Steps of one rendering: each text, action, function, round of a range, and 128 bytes that are looked through.
inline constexpr std::size_t most_steps = 500'000;
/// How deep blocks and templates that invoke each other may be within one another.
inline constexpr int deepest_run = 1000;

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

    /// Fails when there were too many.
    void count_steps(std::size_t steps) {
        if (steps > steps_left_) return fail_steps();
        steps_left_ -= steps;
    }
    /// What it costs to look through a value.
    void count(const Value& value) { count_steps(1 + size_of(value) / 128); }

    /// False, and a failure, when it is too deep.
    bool enter() {
        if (++depth_ <= deepest_run) return true;
        fail_depth();
        return false;
    }
    void leave() noexcept { --depth_; }

    /// Ends the rendering; the first failure counts. `why` shows no data of the event.
    void fail(std::string why);
    void fail_size();
    /// Where a failure that has no place yet happened.
    void place_failure(std::size_t offset) noexcept {
        if (!is_placed_) offset_ = offset;
        is_placed_ = true;
    }
    bool failed() const noexcept { return !failure_.empty(); }
    const std::string& failure() const noexcept { return failure_; }
    std::size_t offset() const noexcept { return offset_; }

  private:
    void fail_steps();
    void fail_depth();

    std::size_t size_of(const Value& value) const noexcept {
        constexpr std::size_t entry = 128;
        switch (value.kind) {
            case Kind::string:
            case Kind::json: return value.text.size();
            case Kind::tags: return event_.tags().size() * entry;
            case Kind::fields: return event_.fields().size() * entry;
            case Kind::event: return (event_.tags().size() + event_.fields().size()) * entry;
            default: return 0;
        }
    }

    const Event& event_;
    std::forward_list<std::string> texts_;
    std::size_t left_ = largest_output;
    std::size_t steps_left_ = most_steps;
    int depth_ = 0;
    std::string failure_;
    std::size_t offset_ = 0;
    bool is_placed_ = false;
};

}  // namespace tocsin::core::gotemplate
