#include "route/gotemplate/token_reader.hpp"

#include "base/text_error.hpp"

#include <string>

namespace tocsin::core::gotemplate {

const Token& TokenReader::next() {
    const auto& token = tokens_[at_];
    if (token.kind == Token::Kind::error) throw TextError{token.offset, token.message};
    if (token.kind != Token::Kind::end) ++at_;
    return token;
}

void TokenReader::skip_space() {
    while (at(Token::Kind::space)) ++at_;
}

void TokenReader::expect_close(std::string_view after) {
    skip_space();
    if (!at(Token::Kind::close)) fail_unexpected(peek(), "}} after " + std::string{after});
    next();
}

void TokenReader::enter(std::size_t offset) {
    if (++depth_ > deepest_nesting)
        throw TextError{offset, "nested more than " + std::to_string(deepest_nesting) + " deep"};
}

void TokenReader::fail_unexpected(const Token& token, std::string_view instead) {
    if (token.kind == Token::Kind::error) throw TextError{token.offset, token.message};
    const auto what =
        token.kind == Token::Kind::end ? std::string{"the template ends"} : "\"" + std::string{token.text} + "\"";
    throw TextError{token.offset, what + " where " + std::string{instead} + " is expected"};
}

}  // namespace tocsin::core::gotemplate
