#include "route/gotemplate/evaluate.hpp"

#include "route/gotemplate/function.hpp"
#include "route/gotemplate/json_value.hpp"
#include "route/gotemplate/method.hpp"
#include "route/gotemplate/time_format.hpp"
#include "route/gotemplate/value_array.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace tocsin::core::gotemplate {
namespace {

using Op = Expression::Op;

constexpr std::size_t usual_arguments = 6;

/// The values of a call's arguments.
class Arguments {
  public:
    Arguments(const Expression& call, const Frame& frame, Run& run) : array_{call.arguments.size()} {
        auto* value = array_.values().data();
        for (const auto& argument : call.arguments) {
            *value = evaluate(argument, frame, run);
            run.count(*value++);
            if (run.failed()) return;
        }
    }
    std::span<const Value> values() noexcept { return array_.values(); }

  private:
    ValueArray<usual_arguments> array_;
};

void fail(Run& run, const Expression& expression, std::string why) {
    run.fail(std::move(why));
    run.place_failure(expression.offset);
}

Value call_method(const Expression& expression, const Method& method, const Value& receiver, const Frame& frame,
                  Run& run) {
    Value argument;
    if (method.parameter) {
        argument = evaluate(expression.arguments[1], frame, run);
        if (run.failed()) return {};
        const bool fits = *method.parameter == Kind::string ? argument.is_string() : argument.kind == *method.parameter;
        if (!fits) {
            fail(run, expression,
                 std::string{method.name} + ": the argument is " + std::string{describe(argument.kind)} + ", not " +
                     std::string{describe(*method.parameter)});
            return {};
        }
        run.count(argument);
    }
    const auto result = method.call(run, receiver, argument);
    if (run.failed()) run.place_failure(expression.offset);
    return result;
}

Value look_up(const Expression& expression, const Frame& frame, Run& run) {
    const auto base = opened(run, evaluate(expression.arguments[0], frame, run));
    if (run.failed()) return {};
    const bool has_arguments = expression.arguments.size() > 1;
    switch (base.kind) {
        case Kind::none: return {};
        case Kind::tags: {
            if (has_arguments) break;
            const auto tag = run.event().tag(expression.text);
            return tag ? Value::of(*tag) : Value{};
        }
        case Kind::fields: {
            if (has_arguments) break;
            const auto* field = run.event().field(expression.text);
            return field == nullptr ? Value{} : Value::of(*field);
        }
        case Kind::json:
            if (has_arguments || !is_json_object(base.text)) break;
            run.count(base);
            return json_entry(run, base.text, expression.text);
        case Kind::event:
            if (has_arguments || !expression.member) break;
            return read(run.event(), *expression.member);
        default:
            for (const auto* method : expression.methods)
                if (method->receiver == base.kind) return call_method(expression, *method, base, frame, run);
            break;
    }
    fail(run, expression, "\"." + expression.text + "\" cannot follow " + std::string{describe(base.kind)});
    return {};
}

Value call(const Expression& expression, const Frame& frame, Run& run) {
    const auto& function = *expression.function;
    if (function.call == nullptr) {
        std::string text;
        append_made(expression, frame, run, text, run.left());
        return Value::of(run.keep(std::move(text)));
    }
    Arguments arguments{expression, frame, run};
    if (run.failed()) return {};
    const auto result = function.call(run, arguments.values());
    if (run.failed()) run.place_failure(expression.offset);
    return result;
}

/// `and` and `or`.
Value choose(const Expression& expression, const Frame& frame, Run& run) {
    const auto& arguments = expression.arguments;
    Value piped;
    if (expression.piped) piped = evaluate(arguments.back(), frame, run);
    Value value;
    for (const auto& argument : arguments) {
        if (run.failed()) return {};
        const bool is_last = &argument == &arguments.back();
        value = is_last && expression.piped ? piped : evaluate(argument, frame, run);
        if (is_true(value, run) == (expression.op == Op::any)) break;
    }
    return value;
}

}  // namespace

Value evaluate(const Expression& expression, const Frame& frame, Run& run) {
    switch (expression.op) {
        case Op::constant: {
            auto value = expression.constant;
            if (value.is_string()) value.text = expression.text;
            return value;
        }
        case Op::dot: return frame.dot;
        case Op::variable: return frame.slots[expression.slot];
        case Op::store: return frame.slots[expression.slot] = evaluate(expression.arguments[0], frame, run);
        case Op::member: return read(run.event(), *expression.member);
        case Op::tag: {
            const auto tag = run.event().tag(expression.text);
            return tag ? Value::of(*tag) : expression.or_empty ? Value::of("") : Value{};
        }
        case Op::field: {
            const auto* field = run.event().field(expression.text);
            return field == nullptr ? Value{} : Value::of(*field);
        }
        case Op::lookup: return look_up(expression, frame, run);
        case Op::method: {
            const auto receiver = evaluate(expression.arguments[0], frame, run);
            return run.failed() ? Value{} : call_method(expression, *expression.method, receiver, frame, run);
        }
        case Op::call: return call(expression, frame, run);
        case Op::all:
        case Op::any: break;
    }
    return choose(expression, frame, run);
}

bool is_true(const Value& value, Run& run) {
    if (value.kind == Kind::json && !is_json_array(value.text) && !is_json_object(value.text)) run.count(value);
    return truth(value, run.event());
}

bool makes_text(const Expression& expression) noexcept {
    return expression.layout != nullptr || (expression.op == Op::call && expression.function->append != nullptr);
}

void append_made(const Expression& expression, const Frame& frame, Run& run, std::string& out, std::size_t largest) {
    if (expression.layout) {
        const auto time = evaluate(expression.arguments[0], frame, run);
        if (!run.failed()) expression.layout->append(out, time.integer);
        return;
    }
    Arguments arguments{expression, frame, run};
    if (run.failed()) return;
    if (!expression.function->append(run, arguments.values(), out, largest)) run.fail_size();
    if (run.failed()) run.place_failure(expression.offset);
}

}  // namespace tocsin::core::gotemplate
