#include "base/log.hpp"
#include "base/mistakes.hpp"
#include "base/text.hpp"
#include "config/schema.hpp"
#include "daemon/daemon.hpp"
#include "spool_arguments.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr int usage_error = 2;
constexpr const char* exit_codes =
    "Exit codes: 0 all went well, 1 there are mistakes or something could not be done, 2 the command line is wrong.";

std::string check_timeout(const std::string& text) {
    constexpr std::chrono::nanoseconds longest = std::chrono::hours{1};
    const auto timeout = tocsin::core::parse_duration(text);
    const bool suits = timeout && *timeout > 0 && *timeout <= longest.count();
    return suits ? "" : "must be a duration above 0s and of at most 1h, such as 10s";
}

/// Tells what is missing or unknown where a command has to be; false when there is one.
bool tell_missing_command(CLI::App& program) {
    auto* parent = &program;
    while (!parent->get_subcommands().empty()) parent = parent->get_subcommands().front();
    std::vector<std::string> names;
    for (const auto* command : parent->get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    if (names.empty()) return false;
    const auto path = parent == &program ? std::string{"tocsin"} : "tocsin " + parent->get_name();
    const auto unknown = program.remaining(true);
    std::string all;
    for (const auto& name : names) all.append(all.empty() ? "" : ", ").append(name);
    if (unknown.empty()) {
        std::cerr << "tocsin: say which command: " << all;
    } else {
        const auto meant = tocsin::core::nearest(unknown.front(), names);
        std::cerr << "tocsin: unknown command or argument: " << tocsin::core::escaped(unknown.front());
        if (meant.empty())
            std::cerr << " (known: " << all << ')';
        else
            std::cerr << " (did you mean \"" << meant << "\"?)";
    }
    std::cerr << "\nRun \"" << path << " --help\" for more information." << std::endl;
    return true;
}

int run_command(int argc, char** argv) {
    namespace log = tocsin::core::log;
    CLI::App program{
        "Tocsin routes alerts: sources bring events in, handler files say where they go, sinks deliver them.",
        "tocsin"};
    program.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
    program.require_subcommand(1);
    program.footer(exit_codes);
    auto format = log::Format::automatic;
    const std::map<std::string, log::Format> formats{
        {"auto", log::Format::automatic}, {"text", log::Format::text}, {"json", log::Format::json}};
    program
        .add_option_function<std::string>(
            "--log-format", [&](const std::string& name) { format = formats.at(name); },
            "auto (text on a terminal, JSON lines otherwise), text or json")
        ->check(CLI::IsMember{{"auto", "text", "json"}});
    bool verbose = false;
    program.add_flag("--verbose", verbose, "Log more");
    program.fallthrough();

    std::string configuration;
    const auto add_configuration = [&](CLI::App* command) {
        command->add_option("--config", configuration, "The configuration file")->required();
    };
    auto* run =
        program.add_subcommand("run", "Run the router until SIGTERM or SIGINT; SIGHUP makes it read its files again");
    add_configuration(run);
    run->footer("It first checks what \"check\" does. " + std::string{exit_codes});

    auto* check = program.add_subcommand("check", "Check configuration, plugins and handler files, and start nothing");
    add_configuration(check);
    bool connect = false;
    std::string timeout = "10s";
    auto* connect_flag =
        check->add_flag("--connect", connect, "If all is sound, look which sinks reach their other end");
    check
        ->add_option("--timeout", timeout, "How long one that does not answer may take; all are looked at side by side")
        ->capture_default_str()
        ->check(CLI::Validator{check_timeout, "DURATION"})
        ->needs(connect_flag);
    check->footer(exit_codes);

    auto* plugins = program.add_subcommand("plugins", "List the plugins that were found, their kinds and options");
    plugins->footer("Plugins are looked for beside the program and in TOCSIN_PLUGIN_PATH. " + std::string{exit_codes});

    auto* sample = program.add_subcommand("sample", "Write a commented sample of a section and of a handler file");
    std::string kind;
    bool handler_only = false;
    sample->add_option(
        "KIND", kind,
        "A kind of source or sink, or tocsin or http for the program's own sections; without it, list them");
    sample->add_flag("--handler", handler_only, "Only the handler file of a sink, as YAML");
    sample->footer(
        "What is written belongs into the configuration (TOML); of a sink, the handler file follows as a comment.\n"
        "    tocsin sample mqtt >> tocsin.toml\n    tocsin sample mqtt --handler > handlers/example.yaml\n" +
        std::string{exit_codes});

    tocsin::core::SpoolArguments spool{program, exit_codes};

    try {
        program.parse(argc, argv);
        spool.check();
    } catch (const CLI::RequiredError& error) {
        if (tell_missing_command(program)) return usage_error;
        return program.exit(error) == 0 ? 0 : usage_error;
    } catch (const CLI::ParseError& error) {
        if (const auto unknown = program.remaining(); !unknown.empty() && !program.get_help_ptr()->count())
            std::cerr << "tocsin: unknown command or argument: " << tocsin::core::escaped(unknown.front()) << '\n';
        return program.exit(error) == 0 ? 0 : usage_error;
    }
    // A name server that is gone costs a look-up that a library makes seconds at most; what the operator has set holds.
    setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);
    log::configure(format, verbose ? log::Severity::debug : log::Severity::info);
    if (run->parsed()) return tocsin::core::run(configuration);
    if (check->parsed()) {
        const std::chrono::nanoseconds limit{tocsin::core::parse_duration(timeout).value_or(0)};
        return tocsin::core::check(configuration, connect ? std::optional{limit} : std::nullopt);
    }
    if (plugins->parsed()) return tocsin::core::list_plugins();
    if (spool.parsed()) return tocsin::core::spool(spool.command());
    return tocsin::core::sample(kind, handler_only);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run_command(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "tocsin: " << error.what() << std::endl;
        return 1;
    }
}
