#include "route/expression/operators.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>

namespace tocsin::core::expression {
namespace {

template <class Compare, class Left, class Right>
bool compare(Frame&, Value* values) {
    using Common = std::common_type_t<Left, Right>;
    const auto left = static_cast<Common>(get<Left>(values[0]));
    const auto right = static_cast<Common>(get<Right>(values[1]));
    values[0] = Value{Compare{}(left, right)};
    return true;
}

template <bool wanted>
bool match_regex(Frame&, Value* values) {
    const std::string_view text = values[0].text;
    const bool found =
        values[1].regex->Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
    values[0] = Value{found == wanted};
    return true;
}

// Integers wrap around as in Go.
template <class Calculate>
bool calculate_integer(Frame&, Value* values) {
    const auto left = static_cast<std::uint64_t>(values[0].integer);
    const auto right = static_cast<std::uint64_t>(values[1].integer);
    values[0] = Value{static_cast<std::int64_t>(Calculate{}(left, right))};
    return true;
}

template <class Calculate>
bool calculate_real(Frame&, Value* values) {
    values[0] = Value{Calculate{}(values[0].real, values[1].real)};
    return true;
}

template <bool remainder>
bool divide_integer(Frame& frame, Value* values) {
    const std::int64_t left = values[0].integer;
    const std::int64_t right = values[1].integer;
    if (right == 0) return frame.fail("division by zero");
    std::int64_t result = 0;
    if (right == -1) {
        result = remainder ? 0 : static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(left));
    } else {
        result = remainder ? left % right : left / right;
    }
    values[0] = Value{result};
    return true;
}

bool to_duration(Frame& frame, Value& result, double nanoseconds) {
    constexpr double limit = 9223372036854775808.0;
    if (!(nanoseconds >= -limit && nanoseconds < limit)) return frame.fail("the result is no duration");
    result = Value{static_cast<std::int64_t>(nanoseconds)};
    return true;
}

template <class Left, class Right>
bool scale_duration(Frame& frame, Value* values) {
    return to_duration(frame, values[0],
                       static_cast<double>(get<Left>(values[0])) * static_cast<double>(get<Right>(values[1])));
}

bool divide_duration(Frame& frame, Value* values) {
    if (values[1].real == 0) return frame.fail("division by zero");
    return to_duration(frame, values[0], static_cast<double>(values[0].integer) / values[1].real);
}

bool concatenate(Frame& frame, Value* values) {
    const std::string_view left = values[0].text;
    const std::string_view right = values[1].text;
    const std::size_t size = left.size() + right.size();
    char* const text = frame.room(size);
    if (text == nullptr) return false;
    std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), text));
    values[0] = Value{std::string_view{text, size}};
    return true;
}

bool negate_integer(Frame&, Value* values) {
    values[0] = Value{static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(values[0].integer))};
    return true;
}

bool negate_real(Frame&, Value* values) {
    values[0] = Value{-values[0].real};
    return true;
}

bool negate_boolean(Frame&, Value* values) {
    values[0] = Value{!values[0].boolean};
    return true;
}

template <class Left, class Right>
Native comparison(Operator op) noexcept {
    switch (op) {
        case Operator::equal: return compare<std::equal_to<>, Left, Right>;
        case Operator::not_equal: return compare<std::not_equal_to<>, Left, Right>;
        default: break;
    }
    if constexpr (!std::is_same_v<Left, bool>) {
        switch (op) {
            case Operator::less: return compare<std::less<>, Left, Right>;
            case Operator::less_equal: return compare<std::less_equal<>, Left, Right>;
            case Operator::greater: return compare<std::greater<>, Left, Right>;
            case Operator::greater_equal: return compare<std::greater_equal<>, Left, Right>;
            default: break;
        }
    }
    return nullptr;
}

Native comparison(Operator op, Type left, Type right) noexcept {
    if (left == right) {
        switch (left) {
            case Type::boolean: return comparison<bool, bool>(op);
            case Type::integer:
            case Type::duration:
            case Type::level: return comparison<std::int64_t, std::int64_t>(op);
            case Type::real: return comparison<double, double>(op);
            case Type::string: return comparison<std::string_view, std::string_view>(op);
            case Type::time:
            case Type::regex: return nullptr;
        }
    }
    if (left == Type::integer && right == Type::real) return comparison<std::int64_t, double>(op);
    if (left == Type::real && right == Type::integer) return comparison<double, std::int64_t>(op);
    if ((left == Type::integer && right == Type::level) || (left == Type::level && right == Type::integer))
        return comparison<std::int64_t, std::int64_t>(op);
    return nullptr;
}

struct Calculation {
    Operator op;
    Type left;
    Type right;
    Rule rule;
};

constexpr Calculation calculations[] = {
    {Operator::plus, Type::integer, Type::integer, {calculate_integer<std::plus<>>, Type::integer}},
    {Operator::minus, Type::integer, Type::integer, {calculate_integer<std::minus<>>, Type::integer}},
    {Operator::times, Type::integer, Type::integer, {calculate_integer<std::multiplies<>>, Type::integer}},
    {Operator::divide, Type::integer, Type::integer, {divide_integer<false>, Type::integer}},
    {Operator::modulo, Type::integer, Type::integer, {divide_integer<true>, Type::integer}},
    {Operator::plus, Type::real, Type::real, {calculate_real<std::plus<>>, Type::real}},
    {Operator::minus, Type::real, Type::real, {calculate_real<std::minus<>>, Type::real}},
    {Operator::times, Type::real, Type::real, {calculate_real<std::multiplies<>>, Type::real}},
    {Operator::divide, Type::real, Type::real, {calculate_real<std::divides<>>, Type::real}},
    {Operator::plus, Type::duration, Type::duration, {calculate_integer<std::plus<>>, Type::duration}},
    {Operator::minus, Type::duration, Type::duration, {calculate_integer<std::minus<>>, Type::duration}},
    {Operator::times, Type::integer, Type::duration, {calculate_integer<std::multiplies<>>, Type::duration}},
    {Operator::times, Type::duration, Type::integer, {calculate_integer<std::multiplies<>>, Type::duration}},
    {Operator::times, Type::real, Type::duration, {scale_duration<double, std::int64_t>, Type::duration}},
    {Operator::times, Type::duration, Type::real, {scale_duration<std::int64_t, double>, Type::duration}},
    {Operator::divide, Type::duration, Type::integer, {divide_integer<false>, Type::duration}},
    {Operator::divide, Type::duration, Type::real, {divide_duration, Type::duration}},
    {Operator::divide, Type::duration, Type::duration, {divide_integer<false>, Type::integer}},
    {Operator::plus, Type::string, Type::string, {concatenate, Type::string}},
    {Operator::matches, Type::string, Type::regex, {match_regex<true>, Type::boolean}},
    {Operator::matches_not, Type::string, Type::regex, {match_regex<false>, Type::boolean}},
};

}  // namespace

std::string_view symbol(Operator op) noexcept {
    switch (op) {
        case Operator::logical_or: return "OR";
        case Operator::logical_and: return "AND";
        case Operator::equal: return "==";
        case Operator::not_equal: return "!=";
        case Operator::matches: return "=~";
        case Operator::matches_not: return "!~";
        case Operator::less: return "<";
        case Operator::less_equal: return "<=";
        case Operator::greater: return ">";
        case Operator::greater_equal: return ">=";
        case Operator::plus: return "+";
        case Operator::minus: return "-";
        case Operator::times: return "*";
        case Operator::divide: return "/";
        case Operator::modulo: return "%";
        case Operator::logical_not: return "!";
    }
    return "";
}

int precedence(Operator op) noexcept {
    switch (op) {
        case Operator::logical_or: return 0;
        case Operator::logical_and: return 1;
        case Operator::equal:
        case Operator::not_equal:
        case Operator::matches:
        case Operator::matches_not: return 2;
        case Operator::less:
        case Operator::less_equal:
        case Operator::greater:
        case Operator::greater_equal: return 3;
        case Operator::plus:
        case Operator::minus: return 4;
        case Operator::times:
        case Operator::divide:
        case Operator::modulo: return 5;
        case Operator::logical_not: return 6;
    }
    return 0;
}

bool is_comparison(Operator op) noexcept {
    const int level = precedence(op);
    return (level == 2 || level == 3) && op != Operator::matches && op != Operator::matches_not;
}

Rule binary_rule(Operator op, Type left, Type right) noexcept {
    if (is_comparison(op)) return {comparison(op, left, right), Type::boolean};
    for (const Calculation& calculation : calculations) {
        if (calculation.op == op && calculation.left == left && calculation.right == right) return calculation.rule;
    }
    return {nullptr, Type::boolean};
}

Rule unary_rule(Operator op, Type operand) noexcept {
    if (op == Operator::logical_not) return {operand == Type::boolean ? negate_boolean : nullptr, Type::boolean};
    switch (operand) {
        case Type::integer:
        case Type::duration: return {negate_integer, operand};
        case Type::real: return {negate_real, operand};
        default: return {nullptr, operand};
    }
}

}  // namespace tocsin::core::expression
