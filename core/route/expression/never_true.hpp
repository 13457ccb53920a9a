#pragma once

#include "route/expression/builder.hpp"

namespace tocsin::core::expression {

/// Throws TextError when the expression can be true for no event, with the smallest part of it that is to blame. A
/// match that could hold is never refused; one that cannot may pass, since only this is known: which levels there are
/// and that each may be changed or not; in turn for each tag, name(), taskName() and alertDuration() that its value is
/// one and the same everywhere; in turn for each part of now() that, and which values it has. `draft` is not merged.
void check_can_be_true(const Draft& draft);

}  // namespace tocsin::core::expression
