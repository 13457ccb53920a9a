#pragma once

#include "route/expression/operators.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::core::expression {

enum class TokenKind : std::uint8_t {
    end,
    identifier,
    reference,  ///< "..."
    number,     ///< digits, at most one point
    duration,   ///< digits and a unit
    string,     ///< '...' or '''...'''
    regex,      ///< /.../
    left_parenthesis,
    right_parenthesis,
    comma,
    op,  ///< AND and OR too
};

struct Token {
    TokenKind kind = TokenKind::end;
    Operator op = Operator::logical_not;  ///< of an operator; `-` is always minus
    std::size_t offset = 0;
    std::string_view text;  ///< as it stands in the expression
};

/// Takes an expression apart as TICKscript does. White space and comments (`//` to the end of the line) are left out.
class Lexer {
  public:
    /// `text` must outlive the lexer and its tokens.
    explicit Lexer(std::string_view text) noexcept : text_{text} {}

    /// The next token; `end` again and again at the end. Throws TextError.
    Token next();

  private:
    void skip_space() noexcept;
    void skip_blanks() noexcept;
    Token take(TokenKind kind, std::size_t length);
    Token take(Operator op, std::size_t length);
    Token take_word();
    Token take_number();
    Token take_quoted(TokenKind kind, char quote, std::string_view what);
    Token take_symbol();
    [[noreturn]] void refuse_character() const;

    bool follows(std::string_view what) const noexcept { return text_.substr(at_, what.size()) == what; }

    std::string_view text_;
    std::size_t at_ = 0;
    Token last_;
    bool operand_next_ = true;  ///< `/` begins a regular expression
};

}  // namespace tocsin::core::expression
