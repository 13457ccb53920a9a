#include "daemon/report.hpp"

#include "base/log.hpp"
#include "daemon/counts.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>
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

void log_counts(std::string_view line, std::vector<log::Field> fields, const std::vector<Count>& counts) {
    for (const auto& count : counts) fields.emplace_back(count.name, count.value);
    log::write(log::Severity::info, line, fields);
}

}  // namespace

void report_events(const SourceInstance& source, const std::vector<Count>& counts) {
    log_counts("events", {{"kind", source.kind()}, {"name", source.name()}}, counts);
}

void report_counts(const Running& running) {
    const auto now = running.now();
    for (const auto& source : now.sources) report_events(*source, now.counts_of(*source));
    for (const auto& [handler, kind, name] : now.routing->targets)
        log_counts("deliveries", {{"handler", handler->id}, {"topic", handler->topic}, {"kind", kind}, {"name", name}},
                   counts_of(*handler));
    std::uint64_t stray = 0;
    std::uint64_t condemned = 0;
    for (const auto& sink : now.sinks) {
        stray += sink->counts().stray_answers.value();
        condemned += sink->counts().condemned.value();
    }
    log_counts("router", {{"stray_answers", stray}, {"condemned_sinks", condemned}}, counts_of(running.router()));
    log_counts("spool", {}, counts_of(running.spool()));
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
