#include "route/gotemplate/lexer.hpp"

#include "base/text.hpp"
#include "route/gotemplate/characters.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::core::gotemplate {
namespace {

using namespace std::string_view_literals;

constexpr auto spaces = " \t\r\n"sv;
constexpr auto opening = "{{"sv;
constexpr auto closing = "}}"sv;
constexpr std::array keywords{"block"sv, "break"sv, "continue"sv, "define"sv,   "else"sv, "end"sv,
                              "if"sv,    "nil"sv,   "range"sv,    "template"sv, "with"sv};

bool is_space(char c) { return spaces.find(c) != std::string_view::npos; }

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_{text} {}

    std::vector<Token> run() {
        while (!ended_) {
            if (inside_)
                lex_inside();
            else
                lex_text();
        }
        return std::move(tokens_);
    }

  private:
    bool at(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
    bool at_trimmed_close() const {
        return at_ < text_.size() && is_space(text_[at_]) && text_.substr(at_ + 1, 3) == "-}}"sv;
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void add(Token::Kind kind, std::size_t from) { tokens_.push_back({kind, from, text_.substr(from, at_ - from)}); }

    void fail(std::size_t where, std::string message) {
        tokens_.push_back({Token::Kind::error, where, {}, std::move(message)});
        ended_ = true;
    }

    void skip_spaces() { at_ = std::min(text_.find_first_not_of(spaces, at_), text_.size()); }

    void lex_text() {
        const auto from = at_;
        at_ = std::min(text_.find(opening, from), text_.size());
        const bool is_action = at_ < text_.size();
        action_ = at_;
        const auto after = at_ + opening.size();
        const bool trims = is_action && after + 1 < text_.size() && text_[after] == '-' && is_space(text_[after + 1]);
        auto kept = text_.substr(from, at_ - from);
        if (trims) kept = kept.substr(0, kept.find_last_not_of(spaces) + 1);
        if (!kept.empty()) tokens_.push_back({Token::Kind::text, from, kept});
        if (!is_action) {
            add(Token::Kind::end, at_);
            ended_ = true;
            return;
        }
        at_ = after + (trims ? 2 : 0);
        if (at("/*"sv)) return lex_comment();
        tokens_.push_back({Token::Kind::open, action_, opening});
        inside_ = true;
        depth_ = 0;
    }

    void lex_comment() {
        const auto end = text_.find("*/"sv, at_ + 2);
        if (end == std::string_view::npos) return fail(action_, "the comment is not closed: */}} is missing");
        at_ = end + 2;
        if (!close()) fail(at_, "only }} or -}} may follow the end of a comment");
    }

    /// Moves past `}}` or ` -}}`; false when there is neither.
    bool close() {
        if (at_trimmed_close()) {
            at_ += 4;
            skip_spaces();
            return true;
        }
        if (!at(closing)) return false;
        at_ += closing.size();
        return true;
    }

    void lex_inside() {
        const auto from = at_;
        if (at_ == text_.size()) return fail(action_, "the action is not closed: }} is missing");
        if (at_trimmed_close() || at(closing)) {
            if (depth_ > 0) return fail(from, "a parenthesis is not closed: ) is missing");
            close();
            tokens_.push_back({Token::Kind::close, from, closing});
            inside_ = false;
            return;
        }
        const char c = text_[at_];
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (is_space(c)) return lex_space();
        if (c == '"') return lex_quoted('"', Token::Kind::string, "the string is not closed: \" is missing");
        if (c == '\'') return lex_quoted('\'', Token::Kind::character, "the character is not closed: ' is missing");
        if (c == '`') return lex_raw();
        if (c == '$') return lex_name(Token::Kind::variable);
        if (c == '.' && (next < '0' || next > '9')) return lex_name(Token::Kind::field);
        if (c == '.' || c == '+' || c == '-' || is_digit(c)) return lex_number();
        if (at_word()) return lex_word();
        if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7f)
            return fail(from, "this character cannot stand in an action");
        ++at_;
        switch (c) {
            case '(': ++depth_; return add(Token::Kind::left, from);
            case ')':
                if (--depth_ < 0) return fail(from, "this parenthesis was never opened");
                return add(Token::Kind::right, from);
            case '|': return add(Token::Kind::pipe, from);
            case ':':
                if (peek() == '=') ++at_;
                return add(Token::Kind::symbol, from);
            default: return add(Token::Kind::symbol, from);
        }
    }

    void lex_space() {
        const auto from = at_;
        while (at_ < text_.size() && is_space(text_[at_]) && !at_trimmed_close()) ++at_;
        if (at_ > from) add(Token::Kind::space, from);
    }

    bool at_word() const {
        std::size_t next = at_;
        const int c = next_code_point(text_, next);
        return c == '_' || is_letter(c) || is_digit(c);
    }

    void skip_word() {
        while (at_ < text_.size() && at_word()) next_code_point(text_, at_);
    }

    bool at_terminator() const {
        return at_ == text_.size() || is_space(text_[at_]) || ".,|:)("sv.find(text_[at_]) != std::string_view::npos ||
               at(closing);
    }

    /// `.` or `$` and what follows.
    void lex_name(Token::Kind kind) {
        const auto from = at_++;
        if (!at_terminator()) {
            skip_word();
            if (!at_terminator()) return fail(at_, "this character cannot stand in a name");
        } else if (kind == Token::Kind::field) {
            kind = Token::Kind::dot;
        }
        add(kind, from);
    }

    void lex_word() {
        const auto from = at_;
        skip_word();
        if (!at_terminator()) return fail(at_, "this character cannot stand in a name");
        const auto word = text_.substr(from, at_ - from);
        if (word == "true"sv || word == "false"sv) return add(Token::Kind::boolean, from);
        const bool is_keyword = std::find(keywords.begin(), keywords.end(), word) != keywords.end();
        add(is_keyword ? Token::Kind::keyword : Token::Kind::identifier, from);
    }

    void lex_number() {
        const auto from = at_;
        if (peek() == '+' || peek() == '-') ++at_;
        const bool is_hex = at("0x"sv) || at("0X"sv);
        while (at_ < text_.size()) {
            const char before = at_ > from ? text_[at_ - 1] : '\0';
            const bool after_exponent = is_hex ? before == 'p' || before == 'P' : before == 'e' || before == 'E';
            const bool is_sign = peek() == '+' || peek() == '-';
            if (peek() != '.' && !at_word() && !(is_sign && after_exponent)) break;
            next_code_point(text_, at_);
        }
        add(Token::Kind::number, from);
    }

    void lex_quoted(char quote, Token::Kind kind, const char* unclosed) {
        const auto from = at_++;
        while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
            at_ += text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n' ? 2 : 1;
        if (at_ >= text_.size() || text_[at_] == '\n') return fail(from, unclosed);
        ++at_;
        add(kind, from);
    }

    void lex_raw() {
        const auto from = at_;
        const auto end = text_.find('`', at_ + 1);
        if (end == std::string_view::npos) return fail(from, "the string is not closed: ` is missing");
        at_ = end + 1;
        add(Token::Kind::raw_string, from);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t action_ = 0;  ///< where the action or comment began
    int depth_ = 0;           ///< open parentheses
    bool inside_ = false;
    bool ended_ = false;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> lex(std::string_view text) { return Lexer{text}.run(); }

}  // namespace tocsin::core::gotemplate
