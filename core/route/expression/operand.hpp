#pragma once

#include "route/expression/value.hpp"

#include <cstddef>
#include <optional>

namespace tocsin::core::expression {

/// A part of an expression that has been compiled.
struct Operand {
    Type type = Type::boolean;
    std::size_t offset = 0;         ///< where it begins in the expression
    std::optional<Value> constant;  ///< its value when that is known already
};

}  // namespace tocsin::core::expression
