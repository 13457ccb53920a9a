#pragma once

#include "deliver/handler.hpp"
#include "deliver/router.hpp"
#include "deliver/sink_runner.hpp"
#include "plugin/source_instance.hpp"
#include "spool/spool.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::core {

/// What is counted of sources, handlers and sinks: the one list for the log's last lines and for the metrics. Any
/// thread.
struct Count {
    std::string name;  ///< letters, digits and '_': part of a metric's name, and a field of the log
    std::string help;
    std::uint64_t value = 0;
    bool is_gauge = false;  ///< goes up and down
};

/// The events of a source in the order of their law, then what its plugin counts besides. Of a plugin's counters whose
/// names differ only in other characters, the first one.
std::vector<Count> counts_of(SourceInstance& source);

/// The deliveries of a handler in the order of their law.
std::vector<Count> counts_of(const Handler& handler);

/// Adds what something before it has counted, gauges left out.
void add_counts(std::vector<Count>& counts, const std::vector<Count>& before);

std::vector<Count> counts_of(const SinkRunner& sink);

std::vector<Count> counts_of(Router& router);

std::vector<Count> counts_of(const Spool& spool);

}  // namespace tocsin::core
