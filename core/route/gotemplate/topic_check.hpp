#pragma once

#include "route/gotemplate/program.hpp"

namespace tocsin::core::gotemplate {

/// Checks that the literal text of a template can be part of an MQTT topic, and that no way through it surely gives an
/// invalid one: empty, beginning with `$`, too long. Throws TextError.
void check_topic(const Bodies& bodies);

}  // namespace tocsin::core::gotemplate
