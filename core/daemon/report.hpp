#pragma once

#include "daemon/running.hpp"
#include "plugin/registry.hpp"

#include <iosfwd>

namespace tocsin::core {

/// Logs the counters of every source, handler and sink.
void report_counts(const Running& running);

/// Writes each plugin with its file, version, kinds and options.
void print_plugins(const Registry& registry, std::ostream& out);

}  // namespace tocsin::core
