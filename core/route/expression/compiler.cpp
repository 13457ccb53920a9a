#include "route/expression/compiler.hpp"

#include "base/text_error.hpp"
#include "route/expression/advice.hpp"
#include "route/expression/functions.hpp"
#include "route/expression/lexer.hpp"
#include "route/expression/literal.hpp"
#include "route/expression/operand.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace tocsin::core::expression {
namespace {

/// Parses, checks the types and writes the steps in one pass. Each parse function leaves one value more on the stack.
class Compiler {
  public:
    Compiler(std::string_view text, Program& program) : lexer_{text}, program_{program}, token_{lexer_.next()} {}

    void compile();

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
    std::vector<Operand> parse_arguments();

    Operand push(Step step, Type type, std::size_t offset);
    Operand push_constant(Value value, Type type, std::size_t offset);
    Operand push_text(std::string text, std::size_t offset);
    Operand push_regex(const Token& token);
    Operand call(const Rule& rule, std::span<const Operand> operands, std::size_t offset, std::size_t fault_offset);
    Operand fold(const Rule& rule, std::span<const Operand> operands, std::size_t offset, std::size_t fault_offset);
    std::uint32_t add_name(const Token& reference);

    void advance() { token_ = lexer_.next(); }

    Lexer lexer_;
    Program& program_;
    Token token_;  // the first one that is not used up
    int nesting_ = 0;
    std::size_t height_ = 0;     // of the stack
    std::size_t kept_text_ = 0;  // bytes
};

void Compiler::compile() {
    const Operand whole = parse_binary(0);
    if (token_.kind != TokenKind::end) throw not_an_operator(token_, false);
    if (whole.type != Type::boolean) throw not_a_condition(whole);
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
        left = call(rule, std::array{left, right}, left.offset, op.offset);
    }
    return left;
}

Operand Compiler::parse_logical(const Operand& left, Operator op) {
    if (left.type != Type::boolean) throw not_logical(op, left);
    const std::size_t skip = program_.steps.size();
    program_.steps.push_back({op == Operator::logical_and ? Step::Kind::skip_no : Step::Kind::skip_yes});
    --height_;
    const Operand right = parse_binary(precedence(op) + 1);
    if (right.type != Type::boolean) throw not_logical(op, right);
    program_.steps[skip].index = static_cast<std::uint32_t>(program_.steps.size());
    return Operand{Type::boolean, left.offset, {}};
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
    return call(rule, std::array{operand}, op.offset, op.offset);
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
                    return push_constant(Value{parse_real(token.text)}, Type::real, token.offset);
                return push_constant(Value{parse_integer(token.text)}, Type::integer, token.offset);
            case TokenKind::duration:
                return push_constant(Value{parse_duration_literal(token.text)}, Type::duration, token.offset);
            case TokenKind::regex: return push_regex(token);
            default: break;
        }
    } catch (const LiteralError& error) {
        throw TextError{token.offset, error.what()};
    }
    return push_text(unquote(token.text), token.offset);
}

Operand Compiler::parse_tag() {
    const Token token = token_;
    advance();
    return push({Step::Kind::tag, 0, add_name(token)}, Type::string, token.offset);
}

Operand Compiler::parse_name() {
    const Token name = token_;
    advance();
    if (token_.kind == TokenKind::left_parenthesis) return parse_call(name);
    if (name.text == "TRUE" || name.text == "FALSE")
        return push_constant(Value{name.text == "TRUE"}, Type::boolean, name.offset);
    for (const Level level : {Level::ok, Level::info, Level::warning, Level::critical}) {
        if (name.text == tocsin::name_of(level))
            return push_constant(Value{static_cast<std::int64_t>(level)}, Type::level, name.offset);
    }
    throw unknown_name(name);
}

Operand Compiler::parse_call(const Token& name) {
    advance();
    if (name.text == is_present_name) return parse_is_present(name);
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
    return call({(*fitting)->run, (*fitting)->result}, arguments, name.offset, name.offset);
}

Operand Compiler::parse_is_present(const Token& name) {
    const Token reference = token_;
    if (reference.kind != TokenKind::reference)
        throw TextError{reference.offset, "isPresent wants a tag: isPresent(\"host\")"};
    advance();
    if (token_.kind != TokenKind::right_parenthesis)
        throw TextError{token_.offset, "isPresent wants one tag and nothing else: isPresent(\"host\")"};
    advance();
    return push({Step::Kind::present, 0, add_name(reference)}, Type::boolean, name.offset);
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

Operand Compiler::push(Step step, Type type, std::size_t offset) {
    if (++height_ > stack_size)
        throw TextError{offset, "too complicated: more than " + std::to_string(stack_size) + " values at once"};
    program_.steps.push_back(step);
    return Operand{type, offset, {}};
}

Operand Compiler::push_constant(Value value, Type type, std::size_t offset) {
    const auto index = static_cast<std::uint32_t>(program_.constants.size());
    Operand operand = push({Step::Kind::constant, 0, index}, type, offset);
    program_.constants.push_back(value);
    operand.constant = value;
    return operand;
}

Operand Compiler::push_text(std::string text, std::size_t offset) {
    kept_text_ += text.size();
    if (kept_text_ > most_text) throw TextError{offset, "the constant texts together grow above 8 MiB"};
    const std::string_view kept = program_.texts.emplace_back(std::move(text));
    return push_constant(Value{kept}, Type::string, offset);
}

Operand Compiler::push_regex(const Token& token) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto regex = std::make_unique<const re2::RE2>(unquote(token.text), options);
    if (!regex->ok()) throw TextError{token.offset, "invalid regular expression: " + regex->error()};
    const re2::RE2* kept = program_.regexes.emplace_back(std::move(regex)).get();
    return push_constant(Value{kept}, Type::regex, token.offset);
}

Operand Compiler::call(const Rule& rule, std::span<const Operand> operands, std::size_t offset,
                       std::size_t fault_offset) {
    const auto is_constant = [](const Operand& operand) { return operand.constant.has_value(); };
    if (!operands.empty() && std::all_of(operands.begin(), operands.end(), is_constant))
        return fold(rule, operands, offset, fault_offset);
    height_ -= operands.size();
    const auto count = static_cast<std::uint8_t>(operands.size());
    return push({Step::Kind::call, count, 0, rule.run}, rule.result, offset);
}

/// Replaces the steps that push the constant operands, which are the last ones, by the result.
Operand Compiler::fold(const Rule& rule, std::span<const Operand> operands, std::size_t offset,
                       std::size_t fault_offset) {
    Frame frame{nullptr};
    Value values[most_arguments];
    for (std::size_t i = 0; i < operands.size(); ++i) values[i] = *operands[i].constant;
    if (!rule.run(frame, values)) throw TextError{fault_offset, std::string{frame.failure()}};
    height_ -= operands.size();
    program_.steps.resize(program_.steps.size() - operands.size());
    program_.constants.resize(program_.constants.size() - operands.size());
    if (rule.result == Type::string) return push_text(std::string{values[0].text}, offset);
    return push_constant(values[0], rule.result, offset);
}

std::uint32_t Compiler::add_name(const Token& reference) {
    std::string name = unquote(reference.text);
    if (name.empty()) throw TextError{reference.offset, "the name of the tag is empty"};
    program_.names.push_back(std::move(name));
    return static_cast<std::uint32_t>(program_.names.size() - 1);
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
    auto program = std::make_unique<Program>();
    Compiler{text, *program}.compile();
    return program;
}

}  // namespace tocsin::core::expression
