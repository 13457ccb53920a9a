#include "route/expression/lexer.hpp"

#include "base/text.hpp"
#include "base/text_error.hpp"
#include "route/unicode.hpp"

#include <algorithm>

namespace tocsin::core::expression {
namespace {

constexpr bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

constexpr bool is_letter(char byte) noexcept {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

struct Symbol {
    std::string_view text;
    Operator op;
};

// Longer ones first.
constexpr Symbol symbols[] = {
    {"==", Operator::equal},       {"!=", Operator::not_equal},  {"=~", Operator::matches},
    {"!~", Operator::matches_not}, {"<=", Operator::less_equal}, {">=", Operator::greater_equal},
    {"<", Operator::less},         {">", Operator::greater},     {"+", Operator::plus},
    {"-", Operator::minus},        {"*", Operator::times},       {"/", Operator::divide},
    {"%", Operator::modulo},       {"!", Operator::logical_not},
};

struct Misspelling {
    std::string_view text;
    const char* advice;
};

constexpr Misspelling misspellings[] = {
    {"&&", "write AND instead of &&"},
    {"||", "write OR instead of ||"},
    {"=", "write == instead of ="},
};

constexpr std::string_view duration_units[] = {"u", "µ", "ms", "s", "m", "h", "d", "w"};

}  // namespace

Token Lexer::next() {
    // Directly after =~ and !~ even `//` is a regular expression, the empty one.
    const bool after_match =
        last_.kind == TokenKind::op && (last_.op == Operator::matches || last_.op == Operator::matches_not);
    if (after_match) {
        skip_space();
        if (follows("/")) return take_quoted(TokenKind::regex, '/', "regular expression");
    }
    skip_blanks();
    if (at_ >= text_.size()) return take(TokenKind::end, 0);
    const char first = text_[at_];
    const char second = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (is_letter(first)) return take_word();
    if (is_digit(first) || (first == '.' && is_digit(second))) return take_number();
    switch (first) {
        case '(': return take(TokenKind::left_parenthesis, 1);
        case ')': return take(TokenKind::right_parenthesis, 1);
        case ',': return take(TokenKind::comma, 1);
        case '"': return take_quoted(TokenKind::reference, '"', "tag");
        case '\'': return take_quoted(TokenKind::string, '\'', "string");
        case '/':
            if (operand_next_) return take_quoted(TokenKind::regex, '/', "regular expression");
            break;
        default: break;
    }
    return take_symbol();
}

void Lexer::skip_space() noexcept {
    for (std::size_t after = at_; after < text_.size() && is_space(next_code_point(text_, after));) at_ = after;
}

void Lexer::skip_blanks() noexcept {
    for (skip_space(); follows("//"); skip_space()) at_ = std::min(text_.find('\n', at_), text_.size());
}

Token Lexer::take(TokenKind kind, std::size_t length) {
    last_ = Token{kind, Operator::logical_not, at_, text_.substr(at_, length)};
    at_ += length;
    operand_next_ = kind == TokenKind::op || kind == TokenKind::left_parenthesis || kind == TokenKind::comma;
    return last_;
}

Token Lexer::take(Operator op, std::size_t length) {
    take(TokenKind::op, length);
    last_.op = op;
    return last_;
}

Token Lexer::take_word() {
    std::size_t length = 1;
    while (at_ + length < text_.size() && (is_letter(text_[at_ + length]) || is_digit(text_[at_ + length]))) ++length;
    const std::string_view word = text_.substr(at_, length);
    if (word == symbol(Operator::logical_and)) return take(Operator::logical_and, length);
    if (word == symbol(Operator::logical_or)) return take(Operator::logical_or, length);
    return take(TokenKind::identifier, length);
}

Token Lexer::take_number() {
    const std::string_view rest = text_.substr(at_);
    std::size_t digits = 0;
    bool point = false;
    for (; digits < rest.size() && (is_digit(rest[digits]) || rest[digits] == '.'); ++digits) {
        if (rest[digits] != '.') continue;
        if (point) throw TextError{at_ + digits, "a number has one decimal point at most"};
        point = true;
    }
    std::size_t whole = digits;
    for (std::size_t after = digits; after < rest.size();) {
        const int code_point = next_code_point(rest, after);
        if (code_point < 0x80 ? code_point < 0 || !(is_letter(rest[after - 1]) || is_digit(rest[after - 1]))
                              : code_point != 0xb5)
            break;
        whole = after;
    }
    const std::string_view unit = rest.substr(digits, whole - digits);
    if (unit.empty()) return take(TokenKind::number, digits);
    for (const std::string_view known : duration_units) {
        if (unit == known && !point) return take(TokenKind::duration, whole);
    }
    const std::string shown{rest.substr(0, whole)};
    throw TextError{at_, shown +
                             " is neither a number nor a duration; durations are written 10s, 5m, 1h + 30m, with "
                             "the units u, ms, s, m, h, d and w"};
}

Token Lexer::take_quoted(TokenKind kind, char quote, std::string_view what) {
    if (kind == TokenKind::string && follows("'''")) {
        const std::size_t close = text_.find("'''", at_ + 3);
        if (close == std::string_view::npos) throw TextError{at_, "the string is not closed with '''"};
        return take(kind, close + 3 - at_);
    }
    for (std::size_t at = at_ + 1; at < text_.size(); ++at) {
        if (text_[at] == quote) return take(kind, at + 1 - at_);
        // A backslash hides a quote and nothing else, not even another backslash.
        if (text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] == quote) ++at;
    }
    throw TextError{at_, "the " + std::string{what} + " is not closed with " + quote};
}

Token Lexer::take_symbol() {
    for (const Symbol& symbol : symbols) {
        if (follows(symbol.text)) return take(symbol.op, symbol.text.size());
    }
    for (const Misspelling& misspelling : misspellings) {
        if (follows(misspelling.text)) throw TextError{at_, misspelling.advice};
    }
    refuse_character();
}

void Lexer::refuse_character() const {
    std::size_t after = at_;
    next_code_point(text_, after);
    throw TextError{at_, "unexpected character \"" + escaped(text_.substr(at_, after - at_)) + "\""};
}

}  // namespace tocsin::core::expression
