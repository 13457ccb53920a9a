#include "daemon/report.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>
#include <string_view>

namespace tocsin::core {
namespace {

std::string_view name_of(OptionType type) {
    constexpr std::array<std::string_view, 9> names{"string", "integer", "float",  "boolean", "duration",
                                                    "path",   "list",    "choice", "template"};
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

}  // namespace

void report_counts(Setup& setup) {
    for (const auto& [source, where] : setup.sources) {
        const auto& events = source->events();
        log::info("events", {{"kind", source->kind()},
                             {"name", source->name()},
                             {"received", source->count_of("received")},
                             {"malformed", source->count_of("malformed")},
                             {"duplicate", source->count_of("duplicate")},
                             {"limited", source->count_of("limited")},
                             {"refused", events.refused.value()},
                             {"unmatched", events.unmatched.value()},
                             {"matched", events.matched.value()},
                             {"kernel_drops", source->count_of("kernel-drops")}});
    }
    for (const auto& sink : setup.sinks)
        for (const auto& handler : sink->handlers())
            log::info("deliveries", {{"handler", handler->id},
                                     {"topic", handler->topic},
                                     {"kind", sink->sink().kind()},
                                     {"name", sink->sink().name()},
                                     {"created", handler->created.value()},
                                     {"delivered", handler->delivered.value()},
                                     {"dead", handler->dead.value()},
                                     {"dropped", handler->dropped.value()},
                                     {"pending", handler->pending.load()},
                                     {"retried", handler->retried.value()}});
    std::uint64_t stray = 0;
    for (const auto& sink : setup.sinks) stray += sink->stray_answers();
    log::info("router", {{"missing_references", setup.router->missing_references()},
                         {"evicted_states", setup.router->evicted_states()},
                         {"stray_answers", stray}});
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
