#pragma once

#include "route/gotemplate/program.hpp"
#include "route/gotemplate/syntax.hpp"

namespace tocsin::core::gotemplate {

/// Resolves names and checks what can be told without an event. `levels` is known when `for_topic` only; it counts
/// where it is the last thing done to a value before that is put in, anywhere else its result is a common string.
/// Throws TextError.
Steps compile(const syntax::List& list, bool for_topic);

}  // namespace tocsin::core::gotemplate
