#include "route/gotemplate/execute.hpp"

#include "route/gotemplate/function.hpp"
#include "route/gotemplate/print.hpp"
#include "route/mqtt_topic.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

constexpr std::size_t usual_arguments = 6;

Value evaluate(const Expression& expression, Run& run);

Value look_up(const Expression& expression, Run& run) {
    const auto base = evaluate(expression.arguments[0], run);
    if (run.failed()) return {};
    switch (base.kind) {
        case Kind::none: return {};
        case Kind::tags: {
            const auto tag = run.event().tag(expression.text);
            return tag ? Value::of(*tag) : Value{};
        }
        case Kind::fields: {
            const auto* field = run.event().field(expression.text);
            return field == nullptr ? Value{} : Value::of(*field);
        }
        case Kind::event:
            if (expression.member) return read(run.event(), *expression.member);
            [[fallthrough]];
        default:
            run.fail("\"." + expression.text + "\" cannot follow " + std::string{describe(base.kind)});
            run.place_failure(expression.offset);
            return {};
    }
}

Value call(const Expression& expression, Run& run) {
    const auto& arguments = expression.arguments;
    std::array<Value, usual_arguments> few;
    std::vector<Value> many;
    if (arguments.size() > few.size()) many.resize(arguments.size());
    const std::span<Value> values{many.empty() ? few.data() : many.data(), arguments.size()};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        values[i] = evaluate(arguments[i], run);
        if (run.failed()) return {};
    }
    const auto result = expression.function->call(run, values);
    if (run.failed()) run.place_failure(expression.offset);
    return result;
}

/// `and` and `or`.
Value choose(const Expression& expression, Run& run) {
    const auto& arguments = expression.arguments;
    Value piped;
    if (expression.piped) piped = evaluate(arguments.back(), run);
    Value value;
    for (const auto& argument : arguments) {
        if (run.failed()) return {};
        const bool is_last = &argument == &arguments.back();
        value = is_last && expression.piped ? piped : evaluate(argument, run);
        if (truth(value, run.event()) == (expression.op == Expression::Op::any)) break;
    }
    return value;
}

Value evaluate(const Expression& expression, Run& run) {
    switch (expression.op) {
        case Expression::Op::constant: {
            auto value = expression.constant;
            if (value.is_string()) value.text = expression.text;
            return value;
        }
        case Expression::Op::event: return Value::of(Kind::event);
        case Expression::Op::member: return read(run.event(), *expression.member);
        case Expression::Op::lookup: return look_up(expression, run);
        case Expression::Op::call: return call(expression, run);
        case Expression::Op::all:
        case Expression::Op::any: break;
    }
    return choose(expression, run);
}

class Execution {
  public:
    Execution(bool for_topic, Run& run, std::string& out)
        : for_topic_{for_topic}, run_{run}, out_{out}, largest_{out.size() + largest_output} {}

    void execute(const Steps& steps) {
        for (const auto& step : steps) {
            switch (step.kind) {
                case Step::Kind::text: out_ += step.text; break;
                case Step::Kind::print: print(step); break;
                case Step::Kind::choice: choose(step); break;
            }
            if (!run_.failed() && out_.size() > largest_) run_.fail_size();
            if (run_.failed()) return run_.place_failure(step.offset);
        }
    }

  private:
    void print(const Step& step) {
        const auto value = evaluate(step.expression, run_);
        if (run_.failed()) return;
        if (!for_topic_) return append(out_, value);
        if (value.is_string()) return escape(value.text, step.levels);
        std::string text;
        append(text, value);
        escape(text, step.levels);
    }

    void append(std::string& text, const Value& value) const {
        if (value.kind == Kind::none)
            text += "<no value>";
        else
            append_value(text, value, run_.event());
    }

    void escape(std::string_view text, bool levels) const {
        if (levels)
            append_mqtt_levels(out_, text);
        else
            append_mqtt_level(out_, text);
    }

    void choose(const Step& step) {
        for (const auto& arm : step.arms) {
            const auto condition = evaluate(arm.condition, run_);
            if (run_.failed()) return;
            if (truth(condition, run_.event())) return execute(arm.body);
        }
        execute(step.otherwise);
    }

    bool for_topic_;
    Run& run_;
    std::string& out_;
    std::size_t largest_;
};

}  // namespace

void execute(const Steps& steps, bool for_topic, Run& run, std::string& out) {
    Execution{for_topic, run, out}.execute(steps);
}

}  // namespace tocsin::core::gotemplate
