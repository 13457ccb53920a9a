#include "route/gotemplate/parser.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/lexer.hpp"
#include "route/gotemplate/literal.hpp"

#include <string>
#include <utility>

namespace tocsin::core::gotemplate {
namespace {

using syntax::Branch;
using syntax::Command;
using syntax::List;
using syntax::Node;
using syntax::Operand;
using syntax::Pipeline;

std::string quoted(std::string_view text) { return "\"" + std::string{text} + "\""; }

class Parser {
  public:
    explicit Parser(std::string_view text) : tokens_{lex(text)} {}

    List run() {
        auto list = parse_list();
        if (const auto& token = peek(); token.kind != Token::Kind::end)
            throw TextError{keyword_.offset, quoted(keyword_.text) + " without an if before it"};
        return list;
    }

  private:
    const Token& peek() const { return tokens_[at_]; }

    const Token& next() {
        const auto& token = tokens_[at_];
        if (token.kind == Token::Kind::error) throw TextError{token.offset, token.message};
        if (token.kind != Token::Kind::end) ++at_;
        return token;
    }

    void skip_space() {
        while (peek().kind == Token::Kind::space) ++at_;
    }

    [[noreturn]] static void fail_unexpected(const Token& token, std::string_view instead) {
        if (token.kind == Token::Kind::error) throw TextError{token.offset, token.message};
        const auto what = token.kind == Token::Kind::end ? std::string{"the template ends"} : quoted(token.text);
        throw TextError{token.offset, what + " where " + std::string{instead} + " is expected"};
    }

    void expect_close(std::string_view after) {
        skip_space();
        if (peek().kind != Token::Kind::close) fail_unexpected(peek(), "}} after " + std::string{after});
        next();
    }

    void enter(std::size_t offset) {
        if (++depth_ > deepest_nesting)
            throw TextError{offset, "nested more than " + std::to_string(deepest_nesting) + " deep"};
    }
    void leave() { --depth_; }

    /// Texts and actions up to the end or to `else` or `end`, which is left in keyword_ and already read.
    List parse_list() {
        List list;
        while (true) {
            const auto& token = next();
            if (token.kind == Token::Kind::end) return list;
            Node node;
            node.offset = token.offset;
            if (token.kind == Token::Kind::text) {
                node.text = token.text;
                list.push_back(std::move(node));
                continue;
            }
            skip_space();
            if (peek().kind == Token::Kind::keyword && peek().text != "nil") {
                keyword_ = next();
                if (keyword_.text == "else" || keyword_.text == "end") return list;
                if (keyword_.text != "if")
                    throw TextError{keyword_.offset,
                                    quoted(keyword_.text) + " is not known here; if, else and end are, and functions"};
                node.kind = Node::Kind::choice;
                parse_choice(node);
            } else {
                node.kind = Node::Kind::action;
                node.pipeline = parse_pipeline(Token::Kind::close, "an action");
            }
            list.push_back(std::move(node));
        }
    }

    void parse_choice(Node& node) {
        enter(node.offset);
        add_branch(node);
        while (keyword_.text == "else") {
            skip_space();
            if (peek().kind == Token::Kind::keyword && peek().text == "if") {
                next();
                add_branch(node);
                continue;
            }
            expect_close("else");
            node.otherwise = parse_list();
            if (peek().kind == Token::Kind::end) fail_unclosed(node);
            if (keyword_.text != "end") throw TextError{keyword_.offset, "a second else; an if has one"};
        }
        expect_close("end");
        leave();
    }

    void add_branch(Node& node) {
        Branch branch;
        branch.condition = parse_pipeline(Token::Kind::close, "if");
        branch.body = parse_list();
        if (peek().kind == Token::Kind::end) fail_unclosed(node);
        node.branches.push_back(std::move(branch));
    }

    [[noreturn]] static void fail_unclosed(const Node& node) {
        throw TextError{node.offset, "this if has no {{ end }}"};
    }

    Pipeline parse_pipeline(Token::Kind end, std::string_view place) {
        Pipeline pipeline;
        skip_space();
        pipeline.offset = peek().offset;
        if (peek().kind == end) throw TextError{peek().offset, "a value is missing in " + std::string{place}};
        while (true) {
            pipeline.commands.push_back(parse_command());
            const auto& token = peek();
            if (token.kind == Token::Kind::pipe) {
                next();
                continue;
            }
            if (token.kind != end) fail_unexpected(token, end == Token::Kind::close ? "}} or |" : ") or |");
            next();
            return pipeline;
        }
    }

    Command parse_command() {
        Command command;
        skip_space();
        command.offset = peek().offset;
        while (true) {
            command.operands.push_back(parse_operand());
            if (peek().kind != Token::Kind::space) break;
            skip_space();
            const auto kind = peek().kind;
            if (kind == Token::Kind::pipe || kind == Token::Kind::close || kind == Token::Kind::right) break;
        }
        return command;
    }

    Operand parse_operand() {
        const bool begins_with_field = peek().kind == Token::Kind::field;
        auto operand = parse_term();
        const bool takes_fields =
            begins_with_field || operand.kind == Operand::Kind::pipeline || operand.kind == Operand::Kind::function;
        if (peek().kind == Token::Kind::field && !takes_fields)
            throw TextError{peek().offset, "a field cannot follow here"};
        while (peek().kind == Token::Kind::field) {
            const auto& token = next();
            operand.fields.push_back({std::string{token.text.substr(1)}, token.offset});
        }
        return operand;
    }

    Operand parse_term() {
        const auto& token = peek();
        Operand operand;
        operand.offset = token.offset;
        switch (token.kind) {
            case Token::Kind::dot: break;
            case Token::Kind::field: return operand;  // its fields follow
            case Token::Kind::identifier:
                operand.kind = Operand::Kind::function;
                operand.text = token.text;
                break;
            case Token::Kind::boolean:
                operand.kind = Operand::Kind::constant;
                operand.constant = Value::of(token.text == "true");
                break;
            case Token::Kind::number:
            case Token::Kind::character:
                operand.kind = Operand::Kind::constant;
                operand.constant = parse_number(token);
                break;
            case Token::Kind::string:
            case Token::Kind::raw_string:
                operand.kind = Operand::Kind::constant;
                operand.constant.kind = Kind::string;
                operand.text = unquote(token);
                break;
            case Token::Kind::keyword:
                if (token.text != "nil") fail_unexpected(token, "a value");
                operand.kind = Operand::Kind::nil;
                break;
            case Token::Kind::left:
                enter(token.offset);
                next();
                operand.kind = Operand::Kind::pipeline;
                operand.pipeline = parse_pipeline(Token::Kind::right, "the parentheses");
                leave();
                return operand;
            case Token::Kind::variable:
                throw TextError{token.offset, "variables are not known; fields are written .ID, .Tags.host"};
            default: fail_unexpected(token, "a value");
        }
        next();
        return operand;
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    Token keyword_{Token::Kind::end, 0, {}};  ///< the last one read
    int depth_ = 0;
};

}  // namespace

syntax::List parse(std::string_view text) { return Parser{text}.run(); }

}  // namespace tocsin::core::gotemplate
