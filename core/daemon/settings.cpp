#include "daemon/settings.hpp"

#include "config/schema.hpp"
#include "config/shorten.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

OptionSpec option(std::string name, OptionType type, std::optional<std::string> default_value, std::string help) {
    OptionSpec spec;
    spec.name = std::move(name);
    spec.type = type;
    spec.help = std::move(help);
    spec.default_value = std::move(default_value);
    return spec;
}

std::vector<OptionSpec> tocsin_options() {
    auto handlers = option("handlers-dir", OptionType::path, std::nullopt, "directory of the handler files");
    handlers.required = true;
    auto drain = option("drain-timeout", OptionType::duration, "5s", "how long a stop waits for open deliveries");
    drain.ranged = true;
    drain.maximum = std::chrono::nanoseconds{std::chrono::hours{1}}.count();
    auto call = option("call-limit", OptionType::duration, "30s",
                       "how long a call into a sink may take before its instance is replaced");
    call.ranged = true;
    call.minimum = std::chrono::nanoseconds{std::chrono::milliseconds{100}}.count();
    call.maximum = std::chrono::nanoseconds{std::chrono::hours{1}}.count();
    auto spool = option("spool-size", OptionType::integer, "1024",
                        "MiB of pending deliveries that the spool takes; each handler has an equal share");
    spool.ranged = true;
    spool.minimum = 1;
    spool.maximum = 1024 * 1024;
    auto letters =
        option("dead-letters", OptionType::integer, "10000", "dead letters that are kept; the oldest leave first");
    letters.ranged = true;
    letters.maximum = 10'000'000;
    return {handlers,
            option("state-dir", OptionType::path, std::nullopt,
                   "directory of the spool; systemd's state directory, or state beside this file, when left out"),
            option("plugin-path", OptionType::list, std::nullopt, "more directories to load plugins from"),
            drain,
            call,
            spool,
            letters};
}

/// STATE_DIRECTORY is systemd's: one path, or several with colons.
std::filesystem::path default_state_dir(const std::filesystem::path& directory) {
    const char* given = std::getenv("STATE_DIRECTORY");
    if (given == nullptr || *given == '\0') return directory / "state";
    const std::string_view paths{given};
    return std::filesystem::path{paths.substr(0, paths.find(':'))};
}

std::vector<OptionSpec> http_options() {
    return {option("listen", OptionType::string, "127.0.0.1:9092",
                   "where metrics and health checks are served: address:port, [IPv6]:port or *:port")};
}

/// Adds the sections of the program that the file leaves out, empty: variables may set their options.
void add_program_sections(Node& root) {
    for (const auto& section : program_sections()) {
        if (root.find(section.name) != nullptr) continue;
        Node none;
        none.kind = Node::Kind::table;
        none.where = root.where;
        root.table.push_back({section.name, root.where, std::move(none)});
    }
}

/// nullptr when it is no section.
Node* table_of(const std::string& section, Node& root, Mistakes& mistakes) {
    for (auto& [key, where, value] : root.table) {
        if (key != section) continue;
        if (value.kind == Node::Kind::table) return &value;
        mistakes.add(value.where, section,
                     fmt::format("must be a table, not {}: write [{}], once", value.kind_name(), section));
    }
    return nullptr;
}

void read_tocsin(Settings& settings, Environment& variables, Mistakes& mistakes) {
    auto* table = table_of("tocsin", settings.document.root, mistakes);
    if (table == nullptr) return;
    const auto& options = program_section("tocsin")->options;
    apply_environment(variables, {{"tocsin", &options, {table}, false}}, mistakes);
    const auto directory = settings.file.parent_path();
    const auto values = check_options(*table, options, "tocsin.", directory, mistakes);
    settings.handlers_dir = values[0].text;
    settings.handlers_dir_at = values[0].where;
    for (const auto& path : values[2].items) settings.plugin_path.push_back(directory / path);
    settings.plugin_path_at = values[2].where;
    settings.drain_timeout = std::chrono::nanoseconds{values[3].integer};
    settings.call_limit = std::chrono::nanoseconds{values[4].integer};
    settings.state_dir = values[1].is_set ? std::filesystem::path{values[1].text} : default_state_dir(directory);
    const auto place = [&](const OptionValue& value) { return value.where.file ? value.where : table->where; };
    settings.state_dir_at = place(values[1]);
    settings.call_limit_at = place(values[4]);
    settings.spool_bytes_at = place(values[5]);
    settings.most_dead_letters_at = place(values[6]);
    settings.spool_bytes = static_cast<std::uint64_t>(values[5].integer) * 1024 * 1024;
    settings.most_dead_letters = static_cast<std::uint64_t>(values[6].integer);
}

}  // namespace

const std::vector<ProgramSection>& program_sections() {
    static const std::vector<ProgramSection> sections{
        {"tocsin", "the program itself: handlers, plugins, how it stops", tocsin_options()},
        {"http", "metrics and health checks over HTTP", http_options()}};
    return sections;
}

const ProgramSection* program_section(std::string_view name) {
    for (const auto& section : program_sections())
        if (section.name == name) return &section;
    return nullptr;
}

std::optional<Settings> read_settings(const std::filesystem::path& file, Environment& variables, Mistakes& mistakes) {
    Settings settings;
    settings.file = std::filesystem::absolute(file);
    settings.document = read_file(file.string(), file.string(), mistakes,
                                  [](std::string_view name) { return program_section(name) == nullptr; });
    if (!settings.document.sound) return std::nullopt;

    auto& root = settings.document.root;
    settings.has_http_section = root.find("http") != nullptr;
    add_program_sections(root);
    settings.http_section = table_of("http", root, mistakes);
    read_tocsin(settings, variables, mistakes);
    for (auto& [key, where, value] : settings.document.root.table) {
        if (program_section(key) != nullptr) continue;
        if (value.kind == Node::Kind::table) {
            settings.sections.push_back({key, &value});
        } else if (value.kind == Node::Kind::list && !value.list.empty() &&
                   std::all_of(value.list.begin(), value.list.end(),
                               [](const Node& item) { return item.kind == Node::Kind::table; })) {
            for (auto& table : value.list) settings.sections.push_back({key, &table});
        } else {
            mistakes.add(where, shortened(key), fmt::format("must be a section: write [[{}]]", shortened(key)));
        }
    }
    return settings;
}

std::optional<HttpSettings> read_http(const Settings& settings, Mistakes& mistakes) {
    const auto* table = settings.http_section;
    if (table == nullptr || (!settings.has_http_section && table->table.empty())) return std::nullopt;
    const auto before = mistakes.size();
    const auto values =
        check_options(*table, program_section("http")->options, "http.", settings.file.parent_path(), mistakes);
    if (mistakes.size() != before) return std::nullopt;
    const auto& listen = values[0];
    const auto where = listen.where.file ? listen.where : table->where;
    const auto address = http::parse_address(listen.text);
    if (!address) {
        mistakes.add(where, "http.listen",
                     fmt::format("\"{}\" is no address to listen on: write address:port, [IPv6]:port or *:port",
                                 shortened(listen.text)));
        return std::nullopt;
    }
    if (!address->is_loopback())
        mistakes.warn(where, "http.listen",
                      "everyone who reaches this address can read the metrics, without a password: keep it behind a "
                      "firewall, or listen on 127.0.0.1");
    return HttpSettings{*address, listen.text, where};
}

}  // namespace tocsin::core
