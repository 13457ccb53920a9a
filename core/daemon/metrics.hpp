#pragma once

#include "daemon/running.hpp"

#include <string>

namespace tocsin::core {

/// Every counter of a router that has been set up, in Prometheus' text format (exposition format 0.0.4). Any thread.
std::string metrics_text(const Running& running);

}  // namespace tocsin::core
