#include "route/expression/abstract_run.hpp"

#include <algorithm>
#include <iterator>

namespace tocsin::core::expression {
namespace {

Native named(std::string_view name) { return find_functions(name).front()->run; }

Native rule(Operator op, Type type) { return binary_rule(op, type, type).run; }

Known known(Value value) { return {Known::Kind::value, value}; }

bool is_value(const Known& known) { return known.kind == Known::Kind::value; }

/// Whether a mapping of case leaves the text as it is.
bool keeps(Native mapping, std::string_view text) {
    Frame frame{nullptr};
    Value value{text};
    return mapping(frame, &value) && value.text == text;
}

}  // namespace

KnownNatives::KnownNatives()
    : level{named("level")},
      changed{named("changed")},
      now{named("now")},
      lower{named("strToLower")},
      upper{named("strToUpper")},
      equal{rule(Operator::equal, Type::string)},
      differs{rule(Operator::not_equal, Type::string)},
      same{rule(Operator::equal, Type::duration)},
      not_same{rule(Operator::not_equal, Type::duration)},
      less{rule(Operator::less, Type::duration)},
      less_same{rule(Operator::less_equal, Type::duration)},
      more{rule(Operator::greater, Type::duration)},
      more_same{rule(Operator::greater_equal, Type::duration)} {}

AbstractRun::AbstractRun(const Draft& draft, std::size_t steps_left)
    : draft_{draft}, program_{*draft.program}, steps_left_{steps_left} {
    for (std::size_t i = 0; i < program_.constants.size(); ++i) {
        if (draft_.constant_types[i] == Type::string) texts_.insert(program_.constants[i].text);
    }
}

bool AbstractRun::may_be_true(std::size_t first, std::size_t last, const Subject& subject,
                              std::span<const Known> candidates) {
    subject_ = subject;
    for (const Known& candidate : candidates) {
        candidate_ = candidate;
        for (int bit = 7; bit >= 0; --bit) {
            level_ = bit / 2;
            changed_ = bit % 2 != 0;
            if (run(first, last)) return true;
        }
    }
    return false;
}

bool AbstractRun::run(std::size_t first, std::size_t last) {
    Frame frame{nullptr};
    alive_ = true;
    stack_.clear();
    jumps_.clear();
    for (std::size_t at = first; at < last; ++at) {
        land(at);
        if (!alive_) {
            if (jumps_.empty()) return false;
            at = jumps_.back().target - 1;
            continue;
        }
        if (steps_left_ == 0) return true;
        --steps_left_;
        take(program_.steps[at], frame);
    }
    land(last);
    return alive_ && !(is_value(stack_.back()) && !stack_.back().value.boolean);
}

void AbstractRun::take(const Step& step, Frame& frame) {
    const bool is_subject = subject_.kind == Subject::Kind::tag && step.index == subject_.tag;
    const bool is_absent = candidate_.kind == Known::Kind::absent;
    switch (step.kind) {
        case Step::Kind::constant: stack_.push_back(known(program_.constants[step.index])); break;
        case Step::Kind::tag:
            alive_ = !(is_subject && is_absent);
            stack_.push_back(is_subject ? candidate_ : Known{});
            break;
        case Step::Kind::present: stack_.push_back(is_subject ? known(Value{!is_absent}) : Known{}); break;
        case Step::Kind::call: call(step, frame); break;
        case Step::Kind::skip_no:
        case Step::Kind::skip_yes: {
            const bool skipped = step.kind == Step::Kind::skip_yes;
            const Known condition = stack_.back();
            stack_.pop_back();
            if (!is_value(condition) || condition.value.boolean == skipped)
                jump(step.index, Carried::boolean, known(Value{skipped}));
            alive_ = !is_value(condition) || condition.value.boolean != skipped;
            break;
        }
        case Step::Kind::jump_no: {
            const Known condition = stack_.back();
            stack_.pop_back();
            if (!is_value(condition) || !condition.value.boolean) jump(step.index, Carried::nothing, {});
            alive_ = !is_value(condition) || condition.value.boolean;
            break;
        }
        case Step::Kind::jump: {
            const Known value = stack_.back();
            stack_.pop_back();
            jump(step.index, Carried::value, value);
            alive_ = false;
            break;
        }
        case Step::Kind::call_varying:
        case Step::Kind::facts:
        case Step::Kind::tag_equal:
        case Step::Kind::tag_differs:
        case Step::Kind::tag_matches:
        case Step::Kind::tag_matches_not:
            stack_.resize(stack_.size() - step.count);
            stack_.push_back({});
            break;
    }
}

void AbstractRun::call(const Step& step, Frame& frame) {
    const std::span<Known> arguments{stack_.data() + (stack_.size() - step.count), step.count};
    Known result;
    if (arguments.empty()) {
        result = call_without_arguments(step);
    } else if (std::all_of(arguments.begin(), arguments.end(), is_value)) {
        Value values[most_arguments];
        std::transform(arguments.begin(), arguments.end(), values,
                       [](const Known& argument) { return argument.value; });
        alive_ = step.native(frame, values);
        result = known(values[0]);
    } else {
        result = call_unknown(step, arguments);
    }
    stack_.resize(stack_.size() - step.count);
    stack_.push_back(result);
}

Known AbstractRun::call_without_arguments(const Step& step) const {
    if (step.native == natives_.level) return known(Value{level_});
    if (step.native == natives_.changed) return known(Value{changed_});
    if (step.native == natives_.now) return {Known::Kind::now};
    if (subject_.kind == Subject::Kind::function && step.native == subject_.native) return candidate_;
    return {};
}

Known AbstractRun::call_unknown(const Step& step, std::span<const Known> arguments) const {
    const Native native = step.native;
    if (native == natives_.lower) return {Known::Kind::lower};
    if (native == natives_.upper) return {Known::Kind::upper};
    if (arguments.size() == 1) {
        const bool is_part = subject_.kind == Subject::Kind::part && native == subject_.native;
        return is_part && arguments[0].kind == Known::Kind::now ? candidate_ : Known{};
    }
    if (native == natives_.equal || native == natives_.differs)
        return compare_text(native == natives_.equal, arguments[0], arguments[1]);
    if (arguments[0].kind == Known::Kind::between && is_value(arguments[1]))
        return compare_duration(native, arguments[0], arguments[1]);
    if (arguments[1].kind == Known::Kind::between && is_value(arguments[0]))
        return compare_duration(native, arguments[0], arguments[1]);
    return {};
}

Known AbstractRun::compare_text(bool wants_equal, const Known& left, const Known& right) const {
    const Known& variable = is_value(left) ? right : left;
    const Known& constant = is_value(left) ? left : right;
    if (!is_value(constant)) return {};
    const std::string_view text = constant.value.text;
    const bool differ = (variable.kind == Known::Kind::other_text && texts_.contains(text)) ||
                        (variable.kind == Known::Kind::lower && !keeps(natives_.lower, text)) ||
                        (variable.kind == Known::Kind::upper && !keeps(natives_.upper, text));
    return differ ? known(Value{!wants_equal}) : Known{};
}

Known AbstractRun::compare_duration(Native native, const Known& left, const Known& right) const {
    const bool turned = is_value(left);
    const Known& range = turned ? right : left;
    const std::int64_t other = (turned ? left : right).value.integer;
    const bool below = range.high <= other;  // the range is
    if (!below && range.low < other) return {};
    const bool left_less = below != turned;
    if (native == natives_.same) return known(Value{false});
    if (native == natives_.not_same) return known(Value{true});
    if (native == natives_.less || native == natives_.less_same) return known(Value{left_less});
    if (native == natives_.more || native == natives_.more_same) return known(Value{!left_less});
    return {};
}

void AbstractRun::jump(std::size_t target, Carried carried, const Known& value) {
    auto place = jumps_.end();
    while (place != jumps_.begin() && std::prev(place)->target < target) --place;
    jumps_.insert(place, {target, stack_.size(), carried, value});
}

void AbstractRun::land(std::size_t step) {
    while (!jumps_.empty() && jumps_.back().target == step) {
        const Jump jump = jumps_.back();
        jumps_.pop_back();
        if (!alive_) {
            alive_ = true;
            stack_.resize(jump.height);
            if (jump.carried != Carried::nothing) stack_.push_back(jump.value);
            continue;
        }
        // Where two ways meet a value is known only when both agree; only AND and OR leave the type known.
        Known& top = stack_.back();
        const bool agree = is_value(top) && is_value(jump.value) && jump.carried == Carried::boolean &&
                           top.value.boolean == jump.value.value.boolean;
        if (!agree) top = Known{};
    }
}

}  // namespace tocsin::core::expression
