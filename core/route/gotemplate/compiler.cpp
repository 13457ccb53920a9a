#include "route/gotemplate/compiler.hpp"

#include "base/mistakes.hpp"
#include "base/text_error.hpp"
#include "route/gotemplate/function.hpp"
#include "route/gotemplate/parser.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace tocsin::core::gotemplate {
namespace {

using syntax::Command;
using syntax::Operand;
using syntax::Pipeline;

[[noreturn]] void fail_unknown(std::size_t offset, std::string text, std::string_view word, std::string_view before,
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

class Compiler {
  public:
    explicit Compiler(bool for_topic) : for_topic_{for_topic} {}

    Steps compile_list(const syntax::List& list) {
        Steps steps;
        for (const auto& node : list) {
            Step step;
            step.offset = node.offset;
            switch (node.kind) {
                case syntax::Node::Kind::text: step.text = node.text; break;
                case syntax::Node::Kind::action:
                    step.kind = Step::Kind::print;
                    step.expression = compile_pipeline(node.pipeline);
                    unwrap_levels(step);
                    break;
                case syntax::Node::Kind::choice:
                    step.kind = Step::Kind::choice;
                    for (const auto& branch : node.branches)
                        step.arms.push_back({compile_pipeline(branch.condition), compile_list(branch.body)});
                    step.otherwise = compile_list(node.otherwise);
                    break;
            }
            steps.push_back(std::move(step));
        }
        return steps;
    }

  private:
    static void unwrap_levels(Step& step) {
        auto& expression = step.expression;
        if (expression.op != Expression::Op::call || expression.function->name != levels_name) return;
        auto argument = std::move(expression.arguments[0]);
        expression = std::move(argument);
        step.levels = true;
    }

    Expression compile_pipeline(const Pipeline& pipeline) {
        auto value = compile_command(pipeline.commands[0], nullptr);
        for (std::size_t i = 1; i < pipeline.commands.size(); ++i)
            value = compile_command(pipeline.commands[i], &value);
        return value;
    }

    /// `piped`: what comes before the `|`, which is moved from; it is the last argument.
    Expression compile_command(const Command& command, Expression* piped) {
        const auto& first = command.operands[0];
        if (first.kind == Operand::Kind::function && first.fields.empty()) {
            std::vector<Expression> arguments;
            for (std::size_t i = 1; i < command.operands.size(); ++i)
                arguments.push_back(compile_operand(command.operands[i]));
            if (piped != nullptr) arguments.push_back(std::move(*piped));
            return compile_call(first, std::move(arguments), piped != nullptr);
        }
        if (piped != nullptr) throw TextError{first.offset, "only a function can follow |"};
        if (command.operands.size() > 1)
            throw TextError{command.operands[1].offset, "only a function takes arguments, and none stands before this"};
        if (first.kind == Operand::Kind::nil) throw TextError{first.offset, "nil cannot stand alone"};
        return compile_operand(first);
    }

    Expression compile_call(const Operand& name, std::vector<Expression> arguments, bool piped) {
        const auto* function = find_function(name.text);
        if (function == nullptr)
            fail_unknown(name.offset, "there is no function \"" + name.text + "\"", name.text, "", function_names());
        if (function->name == levels_name && !for_topic_)
            throw TextError{name.offset, "levels is for MQTT topics only"};
        if (arguments.size() < function->least || arguments.size() > function->most)
            throw TextError{name.offset, wrong_count(*function, arguments.size())};
        Expression call;
        call.op = function->op;
        call.offset = name.offset;
        call.function = function;
        call.arguments = std::move(arguments);
        call.piped = piped;
        call.kinds = function->check(call);
        return limit_depth(std::move(call));
    }

    static std::string wrong_count(const Function& function, std::size_t count) {
        std::string text{function.name};
        text += " takes ";
        if (function.most == Function::any_number) text += "at least ";
        text += std::to_string(function.least);
        text += function.least == 1 ? " argument" : " arguments";
        return text + ", not " + std::to_string(count);
    }

    Expression compile_operand(const Operand& operand) {
        Expression value;
        value.offset = operand.offset;
        switch (operand.kind) {
            case Operand::Kind::dot:
                value.op = Expression::Op::event;
                value.kinds = Kind::event;
                break;
            case Operand::Kind::function: value = compile_call(operand, {}, false); break;
            case Operand::Kind::constant:
                value.constant = operand.constant;
                value.text = operand.text;
                value.kinds = operand.constant.kind;
                break;
            case Operand::Kind::nil: value.kinds = Kind::none; break;
            case Operand::Kind::pipeline: value = compile_pipeline(operand.pipeline); break;
        }
        for (const auto& field : operand.fields) value = compile_field(std::move(value), field);
        return value;
    }

    static Expression compile_field(Expression base, const syntax::Name& name) {
        const auto member = find_member(name.name);
        if (base.kinds == Kinds{Kind::event} && !member)
            fail_unknown(name.offset, "the event has no field \"." + name.name + "\"", name.name, ".", member_names());
        if (!base.kinds.has_any(maps | Kind::event))
            throw TextError{name.offset, "\"." + name.name + "\" cannot follow " + describe(base.kinds) +
                                             "; only the event, the tags and the fields have names in them"};
        Expression value;
        value.offset = name.offset;
        value.text = name.name;
        value.member = member;
        if (base.op == Expression::Op::event) {
            value.op = Expression::Op::member;
            value.kinds = kind_of(*member);
            return value;
        }
        value.op = Expression::Op::lookup;
        if (base.kinds.has(Kind::none)) value.kinds = value.kinds | Kind::none;
        if (base.kinds.has(Kind::tags)) value.kinds = value.kinds | Kinds{Kind::none, Kind::string};
        if (base.kinds.has(Kind::fields)) value.kinds = value.kinds | field_kinds;
        if (base.kinds.has(Kind::event) && member) value.kinds = value.kinds | kind_of(*member);
        value.arguments.push_back(std::move(base));
        return limit_depth(std::move(value));
    }

    static Expression limit_depth(Expression expression) {
        for (const auto& argument : expression.arguments)
            expression.depth = std::max(expression.depth, argument.depth + 1);
        if (expression.depth > deepest_nesting)
            throw TextError{expression.offset, "nested more than " + std::to_string(deepest_nesting) + " deep"};
        return expression;
    }

    bool for_topic_;
};

}  // namespace

Steps compile(const syntax::List& list, bool for_topic) { return Compiler{for_topic}.compile_list(list); }

}  // namespace tocsin::core::gotemplate
