#include "daemon/sample.hpp"

#include "base/text.hpp"
#include "config/option_text.hpp"
#include "daemon/settings.hpp"
#include "plugin/option_specs.hpp"

#include <fmt/format.h>

#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace tocsin::core {
namespace {

constexpr const char* how_to_read =
    "# A line that begins with \"#\" and no blank is an option left out, shown with its default or a value of its "
    "kind.\n"
    "# An option that is not left out and is \"\" wants a value.\n";

void print_help(std::string_view indentation, const OptionSpec& spec, std::ostream& out) {
    if (!spec.help.empty()) out << indentation << "# " << escaped(spec.help) << '\n';
    out << indentation << "# (" << option_text(spec) << ")\n";
}

void print_section(std::string_view head, const std::vector<OptionSpec>& specs, std::ostream& out) {
    out << head << '\n';
    for (const auto& spec : specs) {
        out << '\n';
        print_help("", spec, out);
        // A sample of what is not enabled would be of no use.
        const bool is_switch = spec.role == TOCSIN_ROLE_ENABLED;
        out << (spec.required || is_switch ? "" : "#") << spec.name << " = "
            << (is_switch ? "true" : sample_value(spec, SampleFormat::toml)) << '\n';
    }
}

std::string handler_file(const SinkKind& kind) {
    std::ostringstream out;
    out << fmt::format("# A handler of kind {}: {}\n", kind.name, escaped(kind.help)) << how_to_read
        << "\n# unique within its alert topic; letters, digits, '-', '.' and '_'\nid: example\n\n"
           "# alert topic; \"*\" is any text, \"?\" one character\ntopic: \"*\"\n\n"
        << "kind: " << kind.name << "\n\n# which events; without it, all\n#match: level() >= WARNING\n";
    if (!kind.handler_options.empty()) out << "\noptions:\n";
    for (const auto& spec : kind.handler_options) {
        print_help("  ", spec, out);
        out << (spec.required ? "  " : "  #") << spec.name << ": " << sample_value(spec, SampleFormat::yaml) << '\n';
    }
    return out.str();
}

void print_as_comment(const std::string& text, std::ostream& out) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) out << (line.empty() ? "#" : "# ") << line << '\n';
}

void print_sink(const SinkKind& kind, std::ostream& out) {
    out << fmt::format("# Sink {}: {}\n", kind.name, escaped(kind.help));
    if (kind.instance_options.empty()) {
        out << "# It needs no section in the configuration.\n";
    } else {
        out << how_to_read;
        if (with_role(kind.instance_options, TOCSIN_ROLE_NAME) != nullptr)
            out << "# Repeat the section for more of them; then each needs a name"
                << (with_role(kind.instance_options, TOCSIN_ROLE_DEFAULT) != nullptr
                        ? ", and exactly one is the default.\n"
                        : ".\n");
        print_section("[[" + kind.name + "]]", kind.instance_options, out);
    }
    out << fmt::format(
        "\n# Its handler files, which \"tocsin sample {} --handler\" writes without the first \"#\":\n#\n", kind.name);
    print_as_comment(handler_file(kind), out);
}

void print_source(const SourceKind& kind, std::ostream& out) {
    out << fmt::format("# Source {}: {}\n", kind.name, escaped(kind.help));
    if (!kind.instance_options.empty()) out << how_to_read;
    out << "# Repeat the section for more of them.\n";
    print_section("[[" + kind.name + "]]", kind.instance_options, out);
}

std::string unknown_kind(const Registry& registry, std::string_view kind) {
    auto known = registry.sink_names();
    for (auto& name : registry.source_names()) known.push_back(std::move(name));
    for (const auto& section : program_sections()) known.push_back(section.name);
    Mistakes mistakes;
    mistakes.add_unknown({}, "", fmt::format("no plugin brings the kind \"{}\"", kind), known, kind);
    return mistakes.list().front().text;
}

}  // namespace

void print_sample_kinds(const Registry& registry, std::ostream& out) {
    const auto print = [&](std::string_view name, std::string_view what, std::string_view help) {
        out << fmt::format("{:<16} {:<8} {}\n", name, what, escaped(help));
    };
    for (const auto& section : program_sections()) print(section.name, "", section.help);
    for (const auto& library : registry.libraries()) {
        for (const auto& sink : library->sinks) print(sink.name, "sink", sink.help);
        for (const auto& source : library->sources) print(source.name, "source", source.help);
    }
}

bool print_sample(const Registry& registry, std::string_view kind, SamplePart part, std::ostream& out,
                  std::string& problem) {
    const auto* sink = registry.sink(kind);
    const auto* source = registry.source(kind);
    const auto* own = program_section(kind);
    if (own == nullptr && sink == nullptr && source == nullptr) {
        problem = unknown_kind(registry, kind);
        return false;
    }
    if (part == SamplePart::handler_file) {
        if (sink == nullptr) {
            problem = fmt::format("\"{}\" is no sink: it has no handler files", kind);
            return false;
        }
        out << handler_file(*sink);
    } else if (sink != nullptr) {
        print_sink(*sink, out);
    } else if (source != nullptr) {
        print_source(*source, out);
    } else {
        out << "# " << own->help << '\n' << how_to_read;
        print_section("[" + own->name + "]", own->options, out);
    }
    return true;
}

}  // namespace tocsin::core
