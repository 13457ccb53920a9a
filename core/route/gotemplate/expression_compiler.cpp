#include "route/gotemplate/expression_compiler.hpp"

#include "base/mistakes.hpp"
#include "base/text_error.hpp"
#include "route/gotemplate/function.hpp"
#include "route/gotemplate/method.hpp"
#include "route/gotemplate/time_format.hpp"
#include "route/gotemplate/token_reader.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace tocsin::core::gotemplate {

using syntax::Command;
using syntax::Name;
using syntax::Operand;
using syntax::Pipeline;

namespace {

Expression limit_depth(Expression expression) {
    for (const auto& argument : expression.arguments) expression.depth = std::max(expression.depth, argument.depth + 1);
    if (expression.depth > deepest_nesting)
        throw TextError{expression.offset, "nested more than " + std::to_string(deepest_nesting) + " deep"};
    return expression;
}

std::string wrong_count(std::string_view name, std::size_t least, std::size_t most, std::size_t count) {
    std::string text{name};
    text += least == most ? " takes " : most == Function::any_number ? " takes at least " : " takes ";
    text += std::to_string(least);
    if (least != most && most != Function::any_number) text += " to " + std::to_string(most);
    text += least == 1 && (most == 1 || most == Function::any_number) ? " argument" : " arguments";
    return text + ", not " + std::to_string(count);
}

/// Whether it always is that part of the event, and looking at it does nothing.
bool is_plain(const Expression& base, Kind kind) {
    using Op = Expression::Op;
    return base.kinds == Kinds{kind} && (base.op == Op::dot || base.op == Op::variable || base.op == Op::member);
}

/// The only kind of a set; nothing when there are more.
std::optional<Kind> only_kind(Kinds kinds) {
    std::optional<Kind> only;
    int count = 0;
    kinds.each([&](Kind kind) {
        only = kind;
        ++count;
    });
    return count == 1 ? only : std::nullopt;
}

/// What a constant tag or field is looked up with is known: index needs no call.
Expression simplify_index(Expression call) {
    auto& arguments = call.arguments;
    if (arguments.size() != 2 || arguments[1].op != Expression::Op::constant || !arguments[1].constant.is_string())
        return call;
    const bool is_tag = is_plain(arguments[0], Kind::tags);
    if (!is_tag && !is_plain(arguments[0], Kind::fields)) return call;
    Expression value;
    value.op = is_tag ? Expression::Op::tag : Expression::Op::field;
    value.or_empty = true;
    value.offset = call.offset;
    value.text = arguments[1].text;
    value.kinds = call.kinds;
    return value;
}

/// A number of nanoseconds may be written where a duration is expected; `1e9` is one too.
void check_parameter(Expression& argument, const Method& method) {
    const auto takes = *method.parameter;
    const bool is_constant = argument.op == Expression::Op::constant;
    if (takes == Kind::duration && is_constant && argument.kinds == Kinds{Kind::real}) {
        const double number = argument.constant.real;
        if (number == std::floor(number) && std::fabs(number) < 9e18)
            argument.constant = Value::of(Kind::duration, static_cast<std::int64_t>(number));
        argument.kinds = argument.constant.kind;
    }
    if (takes == Kind::duration && is_constant && argument.kinds == Kinds{Kind::integer}) {
        argument.constant.kind = Kind::duration;
        argument.kinds = Kind::duration;
    }
    if (argument.kinds.has_any(takes == Kind::string ? strings : Kinds{takes})) return;
    throw TextError{argument.offset, std::string{method.name} + " takes " + std::string{describe(takes)} + ", not " +
                                         describe(argument.kinds)};
}

}  // namespace

void fail_unknown(std::size_t offset, std::string text, std::string_view word, std::string_view before,
                  std::span<const std::string> valid) {
    if (const auto meant = nearest(word, valid); !meant.empty()) {
        ((((text += " (did you mean \"") += before) += meant) += "\"?)");
    } else {
        text += " (known:";
        for (const auto& name : valid) (((text += &name == valid.data() ? " " : ", ") += before) += name);
        text += ')';
    }
    throw TextError{offset, text};
}

Expression ExpressionCompiler::compile(const Pipeline& pipeline) {
    auto value = compile_value(pipeline);
    for (const auto& variable : pipeline.variables) {
        Expression store;
        store.op = Expression::Op::store;
        store.offset = variable.offset;
        store.kinds = value.kinds;
        store.slot = pipeline.assigns ? assigned_slot(variable) : scope_.declare(variable.name, value.kinds);
        store.arguments.push_back(std::move(value));
        value = limit_depth(std::move(store));
    }
    return value;
}

Expression ExpressionCompiler::compile_value(const Pipeline& pipeline) {
    auto value = compile_command(pipeline.commands[0], nullptr);
    for (std::size_t i = 1; i < pipeline.commands.size(); ++i) value = compile_command(pipeline.commands[i], &value);
    return value;
}

/// `piped`: what comes before the `|`, which is moved from; it is the last argument.
Expression ExpressionCompiler::compile_command(const Command& command, Expression* piped) {
    const auto& first = command.operands[0];
    const bool is_function = first.kind == Operand::Kind::function && first.fields.empty();
    const bool has_arguments = command.operands.size() > 1 || piped != nullptr;
    if (!is_function && (!has_arguments || first.fields.empty())) {
        if (piped != nullptr) throw TextError{first.offset, "only a function can follow |"};
        if (has_arguments)
            throw TextError{command.operands[1].offset, "only a function takes arguments, and none stands before this"};
        if (first.kind == Operand::Kind::nil) throw TextError{first.offset, "nil cannot stand alone"};
        return compile_operand(first);
    }
    Arguments arguments;
    for (std::size_t i = 1; i < command.operands.size(); ++i)
        arguments.values.push_back(compile_operand(command.operands[i]));
    arguments.piped = piped != nullptr;
    if (piped != nullptr) arguments.values.push_back(std::move(*piped));
    if (is_function) return compile_function(first, std::move(arguments));
    auto base = first;
    base.fields.pop_back();
    return compile_field(compile_operand(base), first.fields.back(), std::move(arguments));
}

Expression ExpressionCompiler::compile_function(const Operand& name, Arguments arguments) const {
    const auto* function = find_function(name.text);
    if (function == nullptr)
        fail_unknown(name.offset, "there is no function \"" + name.text + "\"", name.text, "", function_names());
    if (function->name == levels_name && !for_topic_) throw TextError{name.offset, "levels is for MQTT topics only"};
    const auto count = arguments.values.size();
    if (count < function->least || count > function->most)
        throw TextError{name.offset, wrong_count(function->name, function->least, function->most, count)};
    Expression call;
    call.op = function->op;
    call.offset = name.offset;
    call.function = function;
    call.arguments = std::move(arguments.values);
    call.piped = arguments.piped;
    call.kinds = function->check(call);
    call = limit_depth(std::move(call));
    return function->name == "index" ? simplify_index(std::move(call)) : call;
}

Expression ExpressionCompiler::compile_operand(const Operand& operand) {
    Expression value;
    value.offset = operand.offset;
    switch (operand.kind) {
        case Operand::Kind::dot:
            value.op = Expression::Op::dot;
            value.kinds = scope_.dot();
            break;
        case Operand::Kind::variable: value = compile_variable(operand); break;
        case Operand::Kind::function: value = compile_function(operand, {}); break;
        case Operand::Kind::constant:
            value.constant = operand.constant;
            value.text = operand.text;
            value.kinds = operand.constant.kind;
            break;
        case Operand::Kind::nil: value.kinds = Kind::none; break;
        case Operand::Kind::pipeline: value = compile(operand.pipeline); break;
    }
    return compile_fields(std::move(value), operand.fields);
}

Expression ExpressionCompiler::compile_variable(const Operand& operand) {
    const auto* variable = scope_.find(operand.text);
    if (variable == nullptr) {
        std::vector<std::string> known;
        for (const auto& each : scope_.variables()) known.push_back(each.name);
        fail_unknown(operand.offset, "there is no variable \"" + operand.text + "\" here", operand.text, "", known);
    }
    Expression value;
    value.op = Expression::Op::variable;
    value.offset = operand.offset;
    value.slot = variable->slot;
    value.kinds = variable->kinds;
    return value;
}

std::size_t ExpressionCompiler::assigned_slot(const Name& variable) {
    Operand operand;
    operand.text = variable.name;
    operand.offset = variable.offset;
    return compile_variable(operand).slot;
}

Expression ExpressionCompiler::compile_fields(Expression base, std::span<const Name> fields) {
    for (const auto& field : fields) base = compile_field(std::move(base), field, {});
    return base;
}

Expression ExpressionCompiler::compile_field(Expression base, const Name& name, Arguments arguments) {
    const auto member = find_member(name.name);
    const auto only = only_kind(base.kinds);
    if (only == Kind::event && !member)
        fail_unknown(name.offset, "the event has no field \"." + name.name + "\"", name.name, ".", member_names());
    if (only && receivers.has(*only)) {
        if (const auto* method = find_method(*only, name.name))
            return compile_method(std::move(base), name, *method, std::move(arguments));
        fail_unknown(name.offset, std::string{describe(*only)} + " has no \"." + name.name + "\"", name.name, ".",
                     method_names(*only));
    }
    Expression value;
    value.offset = name.offset;
    value.text = name.name;
    value.member = member;
    value.op = Expression::Op::lookup;
    const bool has_arguments = !arguments.values.empty();
    receivers.each([&](Kind kind) {
        const auto* method = base.kinds.has(kind) ? find_method(kind, name.name) : nullptr;
        if (method == nullptr || method->parameter.has_value() != has_arguments) return;
        value.methods.push_back(method);
        value.kinds = value.kinds | method->result;
    });
    if (has_arguments && value.methods.empty() && only != Kind::none) {
        if (arguments.piped) throw TextError{name.offset, "only a function can follow |"};
        throw TextError{arguments.values[0].offset, "only a function takes arguments, and none stands before this"};
    }
    if (!value.methods.empty() && has_arguments)
        check_parameter(arguments.values[0], *value.methods[0]);  // all of one name take the same
    if (base.kinds.has(Kind::none)) value.kinds = value.kinds | Kind::none;
    if (!has_arguments) {
        if (base.kinds.has(Kind::tags)) value.kinds = value.kinds | Kinds{Kind::none, Kind::string};
        if (base.kinds.has_any({Kind::fields, Kind::json})) value.kinds = value.kinds | field_kinds;
        if (base.kinds.has(Kind::event) && member) value.kinds = value.kinds | kind_of(*member);
    }
    if (value.kinds.empty() || (value.kinds == Kinds{Kind::none} && only != Kind::none))
        throw TextError{name.offset, "\"." + name.name + "\" cannot follow " + describe(base.kinds) +
                                         "; only the event, the tags, the fields and JSON have names in them"};
    if (is_plain(base, Kind::event)) {
        value.op = Expression::Op::member;
        return value;
    }
    if (is_plain(base, Kind::tags) || is_plain(base, Kind::fields)) {
        value.op = base.kinds.has(Kind::tags) ? Expression::Op::tag : Expression::Op::field;
        return value;
    }
    value.arguments.push_back(std::move(base));
    std::move(arguments.values.begin(), arguments.values.end(), std::back_inserter(value.arguments));
    return limit_depth(std::move(value));
}

Expression ExpressionCompiler::compile_method(Expression base, const Name& name, const Method& method,
                                              Arguments arguments) {
    const std::size_t takes = method.parameter ? 1 : 0;
    if (arguments.values.size() != takes)
        throw TextError{name.offset, wrong_count(method.name, takes, takes, arguments.values.size())};
    Expression value;
    value.op = Expression::Op::method;
    value.offset = name.offset;
    value.method = &method;
    value.kinds = method.result;
    if (takes > 0) {
        auto& argument = arguments.values[0];
        check_parameter(argument, method);
        const bool is_constant = argument.op == Expression::Op::constant;
        if (method.parameter == Kind::string && is_constant) value.layout = std::make_shared<TimeLayout>(argument.text);
    }
    value.arguments.push_back(std::move(base));
    std::move(arguments.values.begin(), arguments.values.end(), std::back_inserter(value.arguments));
    return limit_depth(std::move(value));
}

}  // namespace tocsin::core::gotemplate
