#pragma once

#include "route/gotemplate/lexer.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace tocsin::core::gotemplate {

/// How deep parentheses, blocks and functions applied to functions may nest, each and together.
inline constexpr int deepest_nesting = 100;

/// Goes through the tokens of a template. All throw TextError.
class TokenReader {
  public:
    explicit TokenReader(std::string_view text) : tokens_{lex(text)} {}

    const Token& peek() const { return tokens_[at_]; }
    bool at(Token::Kind kind) const { return peek().kind == kind; }
    bool at(Token::Kind kind, std::string_view text) const { return at(kind) && peek().text == text; }
    /// The `end` stays where it is.
    const Token& next();
    void skip_space();
    void expect_close(std::string_view after);

    std::size_t position() const noexcept { return at_; }
    void go_back(std::size_t position) noexcept { at_ = position; }

    void enter(std::size_t offset);
    void leave() noexcept { --depth_; }

    [[noreturn]] static void fail_unexpected(const Token& token, std::string_view instead);

  private:
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace tocsin::core::gotemplate
