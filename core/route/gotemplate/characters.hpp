#pragma once

namespace tocsin::core::gotemplate {

/// Unicode's general categories as Go's package unicode tells them apart. False for what is no code point.
bool is_letter(int code_point);
bool is_digit(int code_point);
/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
bool is_print(int code_point);

}  // namespace tocsin::core::gotemplate
