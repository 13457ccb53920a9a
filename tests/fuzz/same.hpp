#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"

namespace tocsin::fuzz {

/// Whether two readings found the same values at the same places.
bool same(const core::Node& a, const core::Node& b);
bool same(const core::Mistakes& a, const core::Mistakes& b);

}  // namespace tocsin::fuzz
