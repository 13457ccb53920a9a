#pragma once

#include "route/gotemplate/lexer.hpp"
#include "route/gotemplate/value.hpp"

#include <string>

namespace tocsin::core::gotemplate {

/// The text of a string or raw string token, Go's escapes read. Throws TextError.
std::string unquote(const Token& token);

/// The value of a number or character token, an `int` or a `float64` as Go reads it: octal after 0 and 0o, hexadecimal
/// after 0x, binary after 0b, `_` between digits, hexadecimal floats; a character is its code point. Throws TextError.
Value parse_number(const Token& token);

}  // namespace tocsin::core::gotemplate
