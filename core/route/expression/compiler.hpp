#pragma once

#include "route/expression/program.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace tocsin::core::expression {

inline constexpr std::size_t longest_expression = 64 * 1024;  ///< bytes
inline constexpr int deepest_nesting = 200;                   ///< parentheses, calls and unary operators

/// Compiles a boolean expression. Throws TextError at the first mistake.
std::unique_ptr<const Program> compile(std::string_view text);

}  // namespace tocsin::core::expression
