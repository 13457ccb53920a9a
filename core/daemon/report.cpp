#include "daemon/report.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

std::string_view name_of(OptionType type) {
    constexpr std::array<std::string_view, 10> names{"string", "integer", "float",  "boolean",  "duration",
                                                     "path",   "list",    "choice", "template", "templates"};
    return names.at(static_cast<std::size_t>(type));
}

std::string remark(const OptionSpec& option) {
    if (option.required) return "required";
    if (option.default_value) return fmt::format("default \"{}\"", *option.default_value);
    return "optional";
}

void print_options(std::string_view title, const std::vector<OptionSpec>& options, std::ostream& out) {
    if (options.empty()) return;
    out << "    " << title << '\n';
    for (const auto& option : options)
        out << fmt::format("      {:<22} {:<9} {} ({})\n", option.name, name_of(option.type), option.help,
                           remark(option));
}

/// The shared counters in the order of their law, then those of the plugin's own.
void report_events(SourceInstance& source) {
    const auto& events = source.events();
    std::vector<std::pair<std::string, std::uint64_t>> counts;
    for (const auto* name : {"received", "malformed", "duplicate", "limited"})
        counts.emplace_back(name, source.count_of(name));
    counts.emplace_back("refused", events.refused.value());
    counts.emplace_back("unmatched", events.unmatched.value());
    counts.emplace_back("matched", events.matched.value());
    for (auto counter : source.counters()) {
        std::replace(counter.first.begin(), counter.first.end(), '-', '_');
        const auto same = [&](const auto& known) { return known.first == counter.first; };
        if (std::none_of(counts.begin(), counts.end(), same)) counts.push_back(std::move(counter));
    }
    std::vector<log::Field> fields{{"kind", source.kind()}, {"name", source.name()}};
    for (const auto& [name, value] : counts) fields.emplace_back(name, value);
    log::write(log::Severity::info, "events", fields);
}

}  // namespace

void report_counts(Running& running) {
    const auto& setup = running.setup();
    for (const auto& placed : setup.sources) report_events(*placed.instance);
    for (const auto& [handler, kind, name] : setup.routing->targets)
        log::info("deliveries", {{"handler", handler->id},
                                 {"topic", handler->topic},
                                 {"kind", kind},
                                 {"name", name},
                                 {"created", handler->created.value()},
                                 {"recovered", handler->recovered.value()},
                                 {"requeued", handler->requeued.value()},
                                 {"delivered", handler->delivered.value()},
                                 {"dead", handler->dead.value()},
                                 {"dropped", handler->dropped.value()},
                                 {"pending", handler->pending.load()},
                                 {"retried", handler->retried.value()}});
    std::uint64_t stray = 0;
    std::uint64_t condemned = 0;
    for (const auto& sink : setup.sinks) {
        stray += sink.runner->stray_answers();
        condemned += sink.runner->condemned();
    }
    const auto& spool = running.spool().counters();
    log::info("router", {{"missing_references", running.router().missing_references()},
                         {"evicted_states", running.router().evicted_states()},
                         {"stray_answers", stray},
                         {"condemned_sinks", condemned}});
    log::info("spool", {{"commits", spool.commits.value()},
                        {"written", spool.written.value()},
                        {"failures", spool.failures.value()},
                        {"dead_letters", running.spool().dead_letters()}});
}

void print_plugins(const Registry& registry, std::ostream& out) {
    for (const auto& library : registry.libraries()) {
        out << fmt::format("{} {} ({})\n", library->name, library->version, library->file.string());
        for (const auto& sink : library->sinks) {
            out << fmt::format("  sink {}: {}\n", sink.name, sink.help);
            print_options(fmt::format("section [[{}]]", sink.name), sink.instance_options, out);
            print_options("options of a handler", sink.handler_options, out);
        }
        for (const auto& source : library->sources) {
            out << fmt::format("  source {}: {}\n", source.name, source.help);
            print_options(fmt::format("section [[{}]]", source.name), source.instance_options, out);
        }
    }
}

}  // namespace tocsin::core
