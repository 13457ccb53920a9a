#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tocsin::core::expression {

/// What is wrong with a literal.
class LiteralError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What the literals of the lexer's tokens mean; `text` is the token's. The numbers throw LiteralError.

/// Octal when it begins with 0 and has more digits.
std::int64_t parse_integer(std::string_view text);

double parse_real(std::string_view text);

/// In nanoseconds.
std::int64_t parse_duration_literal(std::string_view text);

/// Takes the quotes off. Between single ones a backslash before a quote of the same kind goes away, nothing else does.
std::string unquote(std::string_view text);

}  // namespace tocsin::core::expression
