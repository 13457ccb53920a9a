#include "daemon/connections.hpp"

#include "base/text.hpp"

#include <future>
#include <ostream>
#include <string>

namespace tocsin::core {
namespace {

std::string title(const SinkInstance& sink) {
    return sink.name() == sink.kind() ? sink.kind() : sink.kind() + " " + sink.name();
}

}  // namespace

Connections check_connections(const std::vector<SinkInstances::Made>& sinks, std::chrono::nanoseconds timeout,
                              std::ostream& out) {
    std::vector<std::future<SinkInstance::Reach>> checks;
    for (const auto& [runner, text] : sinks) {
        auto& sink = runner->sink();
        checks.push_back(sink.is_checkable()
                             ? std::async(std::launch::async, [&sink, timeout] { return sink.check(timeout); })
                             : std::future<SinkInstance::Reach>{});
    }
    Connections found;
    for (std::size_t i = 0; i < sinks.size(); ++i) {
        out << escaped(title(sinks[i].runner->sink())) << ": ";
        if (!checks[i].valid()) {
            out << "cannot be checked" << std::endl;
            continue;
        }
        const auto reach = checks[i].get();
        found.all_ended = found.all_ended && reach.has_ended;
        found.all_reachable = found.all_reachable && reach.failure.empty();
        out << (reach.failure.empty() ? "reachable" : "not reachable: " + escaped(reach.failure)) << std::endl;
    }
    return found;
}

}  // namespace tocsin::core
