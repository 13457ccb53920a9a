#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::core {

/// Makes text harmless in a log or on a terminal: control characters (C0, DEL, C1, line separators, changes of the
/// writing direction) and invalid UTF-8 become `\n`, `\r`, `\t` or, byte by byte, `\xhh` in lower-case hexadecimal;
/// a backslash becomes `\\`. The rest stays as it is.
std::string escaped(std::string_view text);

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// Reads one code point at `at` and moves `at` past it; -1 and one byte further when it is not well-formed. At the end
/// of the text: -1, and `at` stays.
int next_code_point(std::string_view text, std::size_t& at) noexcept;

}  // namespace tocsin::core
