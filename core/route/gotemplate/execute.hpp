#pragma once

#include "route/gotemplate/program.hpp"
#include "route/gotemplate/run.hpp"

#include <string>

namespace tocsin::core::gotemplate {

/// Appends what the bodies write for the run's event to `out`. When the run fails, `out` holds a part. `for_topic`:
/// values are escaped as parts of an MQTT topic.
void execute(const Bodies& bodies, bool for_topic, Run& run, std::string& out);

}  // namespace tocsin::core::gotemplate
