#pragma once

#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// Appends `text` as a Go string literal; what is not printable, and all but ASCII when `ascii`, becomes an escape.
void append_quoted(std::string& out, std::string_view text, bool ascii);

/// Appends a code point as a Go character literal; what is no code point becomes U+FFFD.
void append_quoted_character(std::string& out, int code_point, bool ascii);

/// Whether Go can write `text` between back quotes.
bool can_back_quote(std::string_view text) noexcept;

}  // namespace tocsin::core::gotemplate
