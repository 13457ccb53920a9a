#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace task_log {

/// Whether `text` is `lower_case` when the case of ASCII letters does not count.
bool equals_ignoring_case(std::string_view text, std::string_view lower_case) noexcept;

/// Whether `text` has the form 8-4-4-4-12 of hexadecimal digits, in any case.
bool is_guid(std::string_view text) noexcept;

/// Reads each byte that does not belong to UTF-8 as ISO 8859-1, so that different texts stay different.
void make_utf8(std::string& text);

/// Makes the texts of one datagram fit to be passed on. A text that is fit already comes back as it is; a changed one
/// lives in the cleaner until the next reset.
class Cleaner {
  public:
    /// Forgets earlier results. The texts cleaned until the next reset must be disjoint parts of `datagram`.
    void reset(std::string_view datagram);

    /// Without control characters (C0 and DEL) and cut to `limit` code points, never inside one. A byte that does not
    /// belong to UTF-8 counts as a code point and stays.
    std::string_view clean(std::string_view text, std::size_t limit);

    /// With each pair of backslashes replaced by one, from the left.
    std::string_view collapse_backslashes(std::string_view text);

  private:
    bool has_controls_ = false;
    std::string kept_;  // has room for two copies of the datagram, so that it never moves
};

}  // namespace task_log
