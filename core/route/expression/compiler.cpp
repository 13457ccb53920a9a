#include "route/expression/compiler.hpp"

#include "base/text_error.hpp"
#include "route/expression/advice.hpp"
#include "route/expression/builder.hpp"
#include "route/expression/functions.hpp"
#include "route/expression/lexer.hpp"
#include "route/expression/literal.hpp"
#include "route/expression/never_true.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace tocsin::core::expression {
namespace {

/// Parses, checks the types and writes the steps in one pass. Each parse function leaves one value more on the stack.
class Compiler {
  public:
    Compiler(std::string_view text, Builder builder)
        : lexer_{text}, builder_{std::move(builder)}, token_{lexer_.next()} {}

    Operand compile();

  private:
    Operand parse_binary(int least_precedence);
    Operand parse_logical(const Operand& left, Operator op);
    Operand parse_primary();
    Operand parse_unary();
    Operand parse_parentheses();
    Operand parse_literal();
    Operand parse_tag();
    Operand parse_name();
    Operand parse_call(const Token& name);
    Operand parse_is_present(const Token& name);
    Operand parse_if(const Token& name);
    Operand parse_argument(const Token& name, bool last);
    std::vector<Operand> parse_arguments();
    std::string take_tag_name();

    void advance() { token_ = lexer_.next(); }

    Lexer lexer_;
    Builder builder_;
    Token token_;  // the first one that is not used up
    int nesting_ = 0;
};

Operand Compiler::compile() {
    const Operand whole = parse_binary(0);
    if (token_.kind != TokenKind::end) throw not_an_operator(token_, false);
    if (whole.type != Type::boolean) throw not_a_condition(whole);
    return whole;
}

/// What is wrong whatever the event is, though the types are right.
void check_constants(const Operand& left, Operator op, std::size_t op_offset, const Operand& right) {
    if ((op == Operator::divide || op == Operator::modulo) && right.constant) {
        const bool zero = right.type == Type::real ? left.type == Type::duration && right.constant->real == 0
                                                   : right.constant->integer == 0;
        if (zero) throw TextError{op_offset, "division by zero"};
    }
    if (!is_comparison(op) || left.type == right.type) return;
    for (const auto& [side, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
        if (side->type != Type::level || other->type != Type::integer || !other->constant) continue;
        if (other->constant->integer < 0 || other->constant->integer > static_cast<std::int64_t>(Level::critical))
            throw TextError{other->offset, "levels as numbers are 0 (OK) to 3 (CRITICAL)"};
    }
}

Operand Compiler::parse_binary(int least_precedence) {
    Operand left = parse_primary();
    while (token_.kind == TokenKind::op && token_.op != Operator::logical_not &&
           precedence(token_.op) >= least_precedence) {
        const Token op = token_;
        advance();
        if (op.op == Operator::logical_and || op.op == Operator::logical_or) {
            left = parse_logical(left, op.op);
            continue;
        }
        const Operand right = parse_binary(precedence(op.op) + 1);
        const Rule rule = binary_rule(op.op, left.type, right.type);
        if (rule.run == nullptr) throw no_rule(left, op.op, op.offset, right);
        check_constants(left, op.op, op.offset, right);
        left = builder_.apply(rule, std::array{left, right}, left.offset, op.offset);
    }
    return left;
}

Operand Compiler::parse_logical(const Operand& left, Operator op) {
    if (left.type != Type::boolean) throw not_logical(op, left);
    const std::size_t skip = builder_.jump(op == Operator::logical_and ? Step::Kind::skip_no : Step::Kind::skip_yes);
    const Operand right = parse_binary(precedence(op) + 1);
    if (right.type != Type::boolean) throw not_logical(op, right);
    builder_.land(skip);
    return builder_.logical(op, left, skip, right);
}

Operand Compiler::parse_primary() {
    if (++nesting_ > deepest_nesting)
        throw TextError{token_.offset, "nested deeper than " + std::to_string(deepest_nesting) + " levels"};
    Operand operand;
    switch (token_.kind) {
        case TokenKind::left_parenthesis: operand = parse_parentheses(); break;
        case TokenKind::reference: operand = parse_tag(); break;
        case TokenKind::identifier: operand = parse_name(); break;
        case TokenKind::number:
        case TokenKind::duration:
        case TokenKind::string:
        case TokenKind::regex: operand = parse_literal(); break;
        case TokenKind::op: operand = parse_unary(); break;
        default: throw not_an_operand(token_);
    }
    --nesting_;
    return operand;
}

Operand Compiler::parse_unary() {
    const Token op = token_;
    if (op.op != Operator::minus && op.op != Operator::logical_not) throw not_an_operand(op);
    advance();
    const Operand operand = parse_primary();
    const Rule rule = unary_rule(op.op, operand.type);
    if (rule.run == nullptr) throw no_rule(op.op, op.offset, operand);
    return builder_.apply(rule, std::array{operand}, op.offset, op.offset);
}

Operand Compiler::parse_parentheses() {
    const std::size_t offset = token_.offset;
    advance();
    Operand operand = parse_binary(0);
    if (token_.kind == TokenKind::end) throw TextError{offset, "the parenthesis is not closed"};
    if (token_.kind != TokenKind::right_parenthesis) throw not_an_operator(token_, true);
    advance();
    operand.offset = offset;
    return operand;
}

Operand Compiler::parse_literal() {
    const Token token = token_;
    advance();
    try {
        switch (token.kind) {
            case TokenKind::number:
                if (token.text.find('.') != std::string_view::npos)
                    return builder_.constant(Value{parse_real(token.text)}, Type::real, token.offset);
                return builder_.constant(Value{parse_integer(token.text)}, Type::integer, token.offset);
            case TokenKind::duration:
                return builder_.constant(Value{parse_duration_literal(token.text)}, Type::duration, token.offset);
            case TokenKind::regex: return builder_.regex(unquote(token.text), token.offset);
            default: break;
        }
    } catch (const LiteralError& error) {
        throw TextError{token.offset, error.what()};
    }
    return builder_.text(unquote(token.text), token.offset);
}

std::string Compiler::take_tag_name() {
    std::string name = unquote(token_.text);
    if (name.empty()) throw TextError{token_.offset, "the name of the tag is empty"};
    advance();
    return name;
}

Operand Compiler::parse_tag() {
    const std::size_t offset = token_.offset;
    return builder_.tag(take_tag_name(), offset);
}

Operand Compiler::parse_name() {
    const Token name = token_;
    advance();
    if (token_.kind == TokenKind::left_parenthesis) return parse_call(name);
    if (name.text == "TRUE" || name.text == "FALSE")
        return builder_.constant(Value{name.text == "TRUE"}, Type::boolean, name.offset);
    for (const Level level : {Level::ok, Level::info, Level::warning, Level::critical}) {
        if (name.text == tocsin::name_of(level))
            return builder_.constant(Value{static_cast<std::int64_t>(level)}, Type::level, name.offset);
    }
    throw unknown_name(name);
}

Operand Compiler::parse_call(const Token& name) {
    advance();
    if (name.text == is_present_name) return parse_is_present(name);
    if (name.text == if_name) return parse_if(name);
    const std::vector<const Function*> candidates = find_functions(name.text);
    if (candidates.empty()) throw unknown_function(name);
    const std::vector<Operand> arguments = parse_arguments();
    const auto fits = [&arguments](const Function* candidate) {
        return std::equal(arguments.begin(), arguments.end(), candidate->arguments,
                          candidate->arguments + candidate->count,
                          [](const Operand& argument, Type type) { return argument.type == type; });
    };
    const auto fitting = std::find_if(candidates.begin(), candidates.end(), fits);
    if (fitting == candidates.end()) throw wrong_arguments(name, candidates, arguments);
    return builder_.call(**fitting, arguments, name.offset);
}

Operand Compiler::parse_is_present(const Token& name) {
    if (token_.kind != TokenKind::reference)
        throw TextError{token_.offset, "isPresent wants a tag: isPresent(\"host\")"};
    std::string tag = take_tag_name();
    if (token_.kind != TokenKind::right_parenthesis)
        throw TextError{token_.offset, "isPresent wants one tag and nothing else: isPresent(\"host\")"};
    advance();
    return builder_.present(std::move(tag), name.offset);
}

/// Only the argument that is chosen is evaluated.
Operand Compiler::parse_if(const Token& name) {
    const Operand condition = parse_argument(name, false);
    if (condition.type != Type::boolean) throw wrong_condition(name, condition);
    const std::size_t otherwise = builder_.jump(Step::Kind::jump_no);
    const Operand left = parse_argument(name, false);
    const std::size_t end = builder_.jump(Step::Kind::jump);
    builder_.land(otherwise);
    const Operand right = parse_argument(name, true);
    if (left.type != right.type) throw different_branches(left, right);
    builder_.land(end);
    return Operand{left.type, name.offset, condition.first, {}, no_logical};
}

/// One argument of if, and what stands behind it.
Operand Compiler::parse_argument(const Token& name, bool last) {
    if (token_.kind == TokenKind::right_parenthesis) throw wrong_if(name);
    const Operand argument = parse_binary(0);
    if (token_.kind != (last ? TokenKind::right_parenthesis : TokenKind::comma)) {
        if (token_.kind == TokenKind::right_parenthesis || token_.kind == TokenKind::comma) throw wrong_if(name);
        throw not_an_operator(token_, true);
    }
    advance();
    return argument;
}

std::vector<Operand> Compiler::parse_arguments() {
    std::vector<Operand> arguments;
    while (token_.kind != TokenKind::right_parenthesis) {
        arguments.push_back(parse_binary(0));
        if (token_.kind == TokenKind::comma) {
            advance();
        } else if (token_.kind != TokenKind::right_parenthesis) {
            throw not_an_operator(token_, true);
        }
    }
    advance();
    return arguments;
}

/// Where TICKscript's prefix stands, which has no place in a match.
std::size_t find_prefix(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || !text.substr(start).starts_with("lambda")) return std::string_view::npos;
    const std::size_t colon = text.find_first_not_of(" \t\r\n", start + 6);
    return colon != std::string_view::npos && text[colon] == ':' ? start : std::string_view::npos;
}

}  // namespace

std::unique_ptr<const Program> compile(std::string_view text) {
    if (text.size() > longest_expression)
        throw TextError{longest_expression,
                        "the expression is longer than " + std::to_string(longest_expression) + " bytes"};
    if (const std::size_t prefix = find_prefix(text); prefix != std::string_view::npos)
        throw TextError{prefix, "leave out \"lambda:\", a match is the expression alone"};
    Draft analysed;
    analysed.whole = Compiler{text, Builder{analysed, false}}.compile();
    check_can_be_true(analysed);
    Draft merged;
    Compiler{text, Builder{merged, true}}.compile();
    return std::move(merged.program);
}

}  // namespace tocsin::core::expression
