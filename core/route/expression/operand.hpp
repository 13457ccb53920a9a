#pragma once

#include "route/expression/value.hpp"

#include <cstddef>
#include <optional>

namespace tocsin::core::expression {

inline constexpr std::size_t no_logical = static_cast<std::size_t>(-1);

/// A part of an expression that has been compiled.
struct Operand {
    Type type = Type::boolean;
    std::size_t offset = 0;            ///< where it begins in the expression
    std::size_t first = 0;             ///< its first step in the program
    std::optional<Value> constant;     ///< its value when that is known already
    std::size_t logical = no_logical;  ///< when its outermost operator is AND or OR: which of Draft::logicals
};

}  // namespace tocsin::core::expression
