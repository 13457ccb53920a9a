#pragma once

#include "route/gotemplate/program.hpp"

namespace tocsin::core::gotemplate {

/// Tells templates that invoke each other without end, whatever the event. Throws TextError, with the place where the
/// first one is invoked.
void check_termination(const Bodies& bodies);

}  // namespace tocsin::core::gotemplate
