#pragma once

#include "route/gotemplate/value.hpp"

#include <optional>

namespace tocsin::core::gotemplate {

/// Whether `==` and `<` take these two kinds. Integers do not compare with floating-point numbers. What is missing
/// equals what is missing, and has no order.
bool can_equal(Kind a, Kind b) noexcept;
bool can_order(Kind a, Kind b) noexcept;

/// Nothing when the kinds do not compare.
std::optional<bool> equal(const Value& a, const Value& b) noexcept;
std::optional<bool> less(const Value& a, const Value& b) noexcept;

}  // namespace tocsin::core::gotemplate
