#pragma once

#include "route/expression/native.hpp"
#include "route/expression/value.hpp"

#include <cstdint>
#include <string_view>

namespace tocsin::core::expression {

enum class Operator : std::uint8_t {
    logical_or,
    logical_and,
    equal,
    not_equal,
    matches,
    matches_not,
    less,
    less_equal,
    greater,
    greater_equal,
    plus,
    minus,
    times,
    divide,
    modulo,
    logical_not,
};

/// As it is written.
std::string_view symbol(Operator op) noexcept;

/// How tightly a binary operator binds, from 0 (OR) to 5 (* / %); all are left-associative. Unary ones bind tighter.
int precedence(Operator op) noexcept;

bool is_comparison(Operator op) noexcept;

/// What an operator does with operands of certain types.
struct Rule {
    Native run;
    Type result;
};

/// The rule of a binary operator other than AND and OR; `run` is nullptr when there is none for these types.
Rule binary_rule(Operator op, Type left, Type right) noexcept;

/// The rule of `-` or `!` in front of a value; `run` is nullptr when there is none for this type.
Rule unary_rule(Operator op, Type operand) noexcept;

}  // namespace tocsin::core::expression
