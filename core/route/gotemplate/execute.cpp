#include "route/gotemplate/execute.hpp"

#include "route/gotemplate/evaluate.hpp"
#include "route/gotemplate/print.hpp"
#include "route/gotemplate/range.hpp"
#include "route/gotemplate/value_array.hpp"
#include "route/mqtt_topic.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tocsin::core::gotemplate {
namespace {

constexpr std::size_t usual_slots = 8;

class Execution {
  public:
    Execution(const Bodies& bodies, bool for_topic, Run& run, std::string& out)
        : bodies_{bodies}, for_topic_{for_topic}, run_{run}, out_{out}, largest_{out.size() + largest_output} {}

    void execute(const Body& body, const Value& dot) {
        ValueArray<usual_slots> slots{body.slots};
        const Frame frame{dot, slots.values().data()};
        frame.slots[0] = dot;
        execute(body.steps, frame);
    }

  private:
    /// What follows a list of steps.
    enum class Then { next, leave, proceed };

    Then execute(const Steps& steps, const Frame& frame) {
        if (!run_.enter()) return Then::leave;
        auto then = Then::next;
        for (const auto& step : steps) {
            run_.count_steps(1);
            then = execute(step, frame);
            if (out_.size() > largest_) run_.fail_size();
            if (run_.failed()) {
                run_.place_failure(step.offset);
                then = Then::leave;
            }
            if (then != Then::next) break;
        }
        run_.leave();
        return then;
    }

    Then execute(const Step& step, const Frame& frame) {
        switch (step.kind) {
            case Step::Kind::text: out_ += step.text; break;
            case Step::Kind::print: print(step, frame); break;
            case Step::Kind::evaluate: evaluate(step.expression, frame, run_); break;
            case Step::Kind::choice: return choose(step, frame);
            case Step::Kind::range: return repeat(step, frame);
            case Step::Kind::invocation: {
                const auto dot = evaluate(step.expression, frame, run_);
                if (!run_.failed()) execute(bodies_[step.target], dot);
                break;
            }
            case Step::Kind::leave: return Then::leave;
            case Step::Kind::proceed: return Then::proceed;
        }
        return Then::next;
    }

    void print(const Step& step, const Frame& frame) {
        const auto& expression = step.expression;
        if (!for_topic_ && makes_text(expression)) return append_made(expression, frame, run_, out_, largest_);
        const auto value = evaluate(expression, frame, run_);
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

    Then choose(const Step& step, const Frame& frame) {
        for (const auto& arm : step.arms) {
            const auto condition = evaluate(arm.condition, frame, run_);
            if (run_.failed()) return Then::leave;
            if (is_true(condition, run_))
                return execute(arm.body, step.sets_dot ? Frame{condition, frame.slots} : frame);
        }
        return step.otherwise.empty() ? Then::next : execute(step.otherwise, frame);
    }

    Then repeat(const Step& step, const Frame& frame) {
        const auto over = evaluate(step.expression, frame, run_);
        if (run_.failed()) return Then::leave;
        set(step.key_slot, over, frame);
        set(step.value_slot, over, frame);
        Rounds rounds{run_, over};
        if (rounds.counts() && step.key_slot) run_.fail("a range over an integer sets one variable");
        bool is_empty = true;
        while (!run_.failed()) {
            const auto round = rounds.next();
            if (!round) break;
            is_empty = false;
            run_.count_steps(1);
            set(step.key_slot, round->key, frame);
            set(step.value_slot, round->value, frame);
            if (execute(step.body, Frame{round->value, frame.slots}) == Then::leave) break;
        }
        if (run_.failed()) return Then::leave;
        return is_empty ? execute(step.otherwise, frame) : Then::next;
    }

    static void set(const std::optional<std::size_t>& slot, const Value& value, const Frame& frame) {
        if (slot) frame.slots[*slot] = value;
    }

    const Bodies& bodies_;
    bool for_topic_;
    Run& run_;
    std::string& out_;
    std::size_t largest_;
};

}  // namespace

void execute(const Bodies& bodies, bool for_topic, Run& run, std::string& out) {
    Execution{bodies, for_topic, run, out}.execute(bodies[0], Value::of(Kind::event));
}

}  // namespace tocsin::core::gotemplate
