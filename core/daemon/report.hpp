#pragma once

#include "daemon/counts.hpp"
#include "daemon/running.hpp"
#include "plugin/registry.hpp"

#include <iosfwd>
#include <vector>

namespace tocsin::core {

/// Logs the counters of a source.
void report_events(const SourceInstance& source, const std::vector<Count>& counts);

/// Logs the counters of every source, handler and sink.
void report_counts(const Running& running);

/// Writes each plugin with its file, version, kinds and options.
void print_plugins(const Registry& registry, std::ostream& out);

}  // namespace tocsin::core
