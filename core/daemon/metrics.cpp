#include "daemon/metrics.hpp"

#include "base/wall_clock.hpp"
#include "daemon/counts.hpp"
#include "daemon/metric_families.hpp"
#include "daemon/process_figures.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

using Labels = MetricFamilies::Labels;

void add_deliveries(MetricFamilies& families, const Routing& routing) {
    for (const auto& [handler, kind, name] : routing.targets) {
        // What a handler has counted stays its own when it goes over to another sink; what is pending is that one's.
        auto counters = counts_of(*handler);
        const auto gauges =
            std::stable_partition(counters.begin(), counters.end(), [](const Count& count) { return !count.is_gauge; });
        const std::vector<Count> now(std::make_move_iterator(gauges), std::make_move_iterator(counters.end()));
        counters.erase(gauges, counters.end());
        families.add("tocsin_deliveries_", counters, {{"topic", handler->topic}, {"handler", handler->id}});
        families.add("tocsin_deliveries_", now,
                     {{"topic", handler->topic}, {"handler", handler->id}, {"kind", kind}, {"name", name}});
        const auto oldest = handler->oldest.load();
        const auto age = oldest == 0 || handler->pending == 0 ? 0 : wall_clock() - oldest;
        families.add_gauge(
            "tocsin_deliveries_pending_age_seconds", "Age of the oldest delivery that has not ended.",
            {{"topic", handler->topic}, {"handler", handler->id}, {"kind", kind}, {"name", name}},
            std::chrono::duration<double>(std::chrono::nanoseconds{std::max<std::int64_t>(age, 0)}).count());
    }
}

void add_latencies(MetricFamilies& families, const SinkRunner& sink) {
    const Labels labels{{"kind", sink.kind()}, {"name", sink.name()}};
    Histogram::Sum sent;
    sent.add(sink.counts().sent);
    families.add_histogram("tocsin_delivery_sent_seconds", "Time from an event's receipt to its being sent.", labels,
                           sent);
    Histogram::Sum confirmed;
    confirmed.add(sink.counts().confirmed);
    families.add_histogram("tocsin_delivery_confirmed_seconds",
                           "Time from an event's receipt to the sink's confirmation.", labels, confirmed);
}

void add_process(MetricFamilies& families) {
    families.add_gauge("tocsin_build_info", "1, with the version of the program.", {{"version", TOCSIN_VERSION}}, 1);
    const auto figures = process_figures();
    families.add_counter("process_cpu_seconds", "CPU time of the process.", {}, figures.cpu_seconds);
    families.add_gauge("process_resident_memory_bytes", "Memory of the process in RAM.", {}, figures.resident_bytes);
    families.add_gauge("process_virtual_memory_bytes", "Address space of the process.", {}, figures.virtual_bytes);
    families.add_gauge("process_open_fds", "Open files and sockets.", {}, figures.open_files);
    families.add_gauge("process_max_fds", "The most files and sockets that may be open.", {}, figures.most_open_files);
    families.add_gauge("process_start_time_seconds", "When the process started, since 1970.", {}, figures.start_time);
}

}  // namespace

std::string metrics_text(const Running& running) {
    MetricFamilies families;
    const auto now = running.now();
    for (const auto& source : now.sources)
        families.add("tocsin_source_", now.counts_of(*source), {{"kind", source->kind()}, {"name", source->name()}});
    for (const auto& sink : now.sinks) {
        families.add("tocsin_sink_", counts_of(*sink), {{"kind", sink->kind()}, {"name", sink->name()}});
        add_latencies(families, *sink);
    }
    add_deliveries(families, *now.routing);
    families.add("tocsin_router_", counts_of(running.router()), {});
    families.add("tocsin_spool_", counts_of(running.spool()), {});
    add_process(families);
    return families.text();
}

}  // namespace tocsin::core
