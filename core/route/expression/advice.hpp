#pragma once

#include "base/text_error.hpp"
#include "route/expression/functions.hpp"
#include "route/expression/lexer.hpp"
#include "route/expression/operand.hpp"
#include "route/expression/operators.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace tocsin::core::expression {

inline constexpr std::string_view is_present_name = "isPresent";
inline constexpr std::string_view if_name = "if";

// What is told about each mistake in an expression.

/// `enclosed`: in parentheses, or as an argument.
TextError not_an_operator(const Token& token, bool enclosed);
TextError not_an_operand(const Token& token);
TextError not_a_condition(const Operand& whole);
TextError not_logical(Operator op, const Operand& operand);

/// There is no rule for these types.
TextError no_rule(const Operand& left, Operator op, std::size_t op_offset, const Operand& right);
TextError no_rule(Operator op, std::size_t op_offset, const Operand& operand);

TextError unknown_name(const Token& name);
TextError unknown_function(const Token& name);
/// `candidates` are the functions of this name; none takes these arguments.
TextError wrong_arguments(const Token& name, std::span<const Function* const> candidates,
                          std::span<const Operand> arguments);

TextError wrong_if(const Token& name);
TextError wrong_condition(const Token& name, const Operand& condition);
TextError different_branches(const Operand& left, const Operand& right);

}  // namespace tocsin::core::expression
