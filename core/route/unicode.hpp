#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::core {

/// Whether a code point has Unicode's property White_Space.
bool is_space(int code_point) noexcept;

/// Unicode's simple case mappings: one code point for one, whatever the language.
int upper_case(int code_point) noexcept;
int lower_case(int code_point) noexcept;

/// Appends a code point as UTF-8; what is none becomes U+FFFD.
void append_utf8(std::string& out, int code_point);

/// Reads the code point that ends before `end` and moves `end` to its first byte; -1 and one byte back when it is not
/// well-formed. `end` is above 0 and at most the text's size.
int previous_code_point(std::string_view text, std::size_t& end) noexcept;

}  // namespace tocsin::core
