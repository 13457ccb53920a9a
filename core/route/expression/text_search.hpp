#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>
#include <vector>

namespace tocsin::core::expression {

// Searching as Go's package strings does, in time linear in the sizes of the texts (but for a logarithm in RuneSet).
// Positions are bytes; npos when there is none. Bytes that are not well-formed UTF-8 count as U+FFFD each.

inline constexpr std::size_t npos = std::string_view::npos;

/// Where `wanted` first begins at or after `from`, which is at most the text's size.
std::size_t find_first(std::string_view text, std::string_view wanted, std::size_t from = 0) noexcept;

std::size_t find_last(std::string_view text, std::string_view wanted);

/// How often `wanted` occurs without overlapping; for an empty one, code points plus one.
std::size_t count(std::string_view text, std::string_view wanted) noexcept;

/// The code points of a text.
class RuneSet {
  public:
    explicit RuneSet(std::string_view runes);

    /// `code_point`: -1 for a byte that is not well-formed.
    bool contains(int code_point) const noexcept;

    std::size_t find_first_in(std::string_view text) const noexcept;
    std::size_t find_last_in(std::string_view text) const noexcept;

  private:
    static constexpr std::size_t few = 16;

    std::bitset<128> ascii_;
    std::size_t few_size_ = 0;
    int few_[few];             // the first others; no allocation for them
    std::vector<int> others_;  // all others when there are more, sorted
};

}  // namespace tocsin::core::expression
