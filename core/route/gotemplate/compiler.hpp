#pragma once

#include "route/gotemplate/program.hpp"
#include "route/gotemplate/syntax.hpp"

namespace tocsin::core::gotemplate {

/// Resolves names and checks what can be told without an event. A definition is compiled for each kind of dot that it
/// is invoked with, so that its fields are checked as those of the template itself are. `levels` is known when
/// `for_topic` only; it counts where it is the last thing done to a value before that is put in, anywhere else its
/// result is a common string. Throws TextError.
Bodies compile(const syntax::Source& source, bool for_topic);

}  // namespace tocsin::core::gotemplate
