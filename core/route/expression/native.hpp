#pragma once

#include "event/event.hpp"
#include "route/expression/value.hpp"

#include <cstddef>
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core::expression {

/// The longest string an operator or a function may make, and the most text of one evaluation, in bytes.
inline constexpr std::size_t longest_text = 1u << 20;
inline constexpr std::size_t most_text = 8 * longest_text;
inline constexpr std::string_view too_long = "the text grows above 1 MiB";

/// What one evaluation works with. Not thread-safe.
class Frame {
  public:
    /// `event` may be nullptr while constants are evaluated.
    explicit Frame(const Event* event) noexcept : event_{event} {}

    const Event& event() const noexcept { return *event_; }

    /// Makes `text` the result and keeps it as long as the frame; fails when that is too much text.
    bool give(Value& result, std::string text) {
        if (text.size() > longest_text) return fail(too_long);
        if (text.size() > most_text - kept_) return fail("all texts together grow above 8 MiB");
        kept_ += text.size();
        result.text = texts_.emplace_front(std::move(text));
        return true;
    }

    /// There is no result, for this reason. Returns false, so that a native can return it. `reason`: a literal.
    bool fail(std::string_view reason) noexcept {
        failure_ = reason;
        return false;
    }
    std::string_view failure() const noexcept { return failure_; }

  private:
    const Event* event_;
    std::forward_list<std::string> texts_;
    std::size_t kept_ = 0;
    std::string_view failure_;
};

/// An operator or a function on values of the types it is declared with: reads its arguments from `values`, writes its
/// result to `values[0]`. Returns false when there is no result. May throw std::bad_alloc. With arguments it must
/// depend on nothing else: a call whose arguments are constant happens once, when the expression is compiled.
using Native = bool (*)(Frame& frame, Value* values);

}  // namespace tocsin::core::expression
