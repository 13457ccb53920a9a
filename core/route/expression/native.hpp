#pragma once

#include "event/event.hpp"
#include "route/expression/history.hpp"
#include "route/expression/value.hpp"

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::core::expression {

/// The longest string an operator or a function may make, and the most text of one evaluation, in bytes.
inline constexpr std::size_t longest_text = 1u << 20;
inline constexpr std::size_t most_text = 8 * longest_text;
inline constexpr std::string_view too_long = "the text grows above 1 MiB";

/// What one evaluation works with. Not thread-safe.
class Frame {
  public:
    /// `event` may be nullptr while constants are evaluated, `history` when no function with a memory is called.
    explicit Frame(const Event* event, History* history = nullptr) noexcept : event_{event}, history_{history} {}
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    const Event& event() const noexcept { return *event_; }
    History& history() const noexcept { return *history_; }

    /// Nanoseconds since 1970; the same in all of one evaluation.
    std::int64_t now() noexcept;

    /// Room for a text of `size` bytes, as long as the frame lives. Short texts get it without an allocation. Fails and
    /// returns nullptr when that is too much text.
    char* room(std::size_t size);

    /// Makes a copy of `text` the result; fails as `room` does.
    bool give(Value& result, std::string_view text);

    /// An empty text to build one in whose size is not known before; the thread's own, so a native uses it alone and
    /// only until it returns.
    static std::string& draft();

    /// There is no result, for this reason. Returns false, so that a native can return it. `reason`: a literal.
    bool fail(std::string_view reason) noexcept {
        failure_ = reason;
        return false;
    }
    std::string_view failure() const noexcept { return failure_; }

  private:
    const Event* event_;
    History* history_;
    std::int64_t now_ = -1;
    std::size_t made_ = 0;  // bytes, of all texts
    std::size_t used_ = 0;  // of near_
    std::forward_list<std::unique_ptr<char[]>> far_;
    std::string_view failure_;
    char near_[512];
};

/// An operator or a function on values of the types it is declared with: reads its arguments from `values`, writes its
/// result to `values[0]`. Returns false when there is no result. May throw std::bad_alloc.
using Native = bool (*)(Frame& frame, Value* values);

}  // namespace tocsin::core::expression
