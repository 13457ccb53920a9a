#pragma once

#include "daemon/sink_instances.hpp"

#include <chrono>
#include <iosfwd>
#include <memory>
#include <vector>

namespace tocsin::core {

struct Connections {
    bool all_reachable = true;  ///< those that cannot be checked aside
    bool all_ended = true;      ///< otherwise a check is still under way: leak the sinks and end the process
};

/// Has every sink look whether it reaches its other end, side by side, so that all together take `timeout` and a second
/// more at most. Writes a line for each: "mqtt plant: reachable", why not, or that its kind cannot be checked. The
/// sinks must not have been started.
Connections check_connections(const std::vector<SinkInstances::Made>& sinks, std::chrono::nanoseconds timeout,
                              std::ostream& out);

}  // namespace tocsin::core
