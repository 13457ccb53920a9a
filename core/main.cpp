#include "base/log.hpp"
#include "base/text.hpp"
#include "daemon/daemon.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace {
constexpr int usage_error = 2;
}

int main(int argc, char** argv) {
    namespace log = tocsin::core::log;
    CLI::App program{
        "Tocsin routes alerts: sources bring events in, handler files say where they go, sinks deliver them.",
        "tocsin"};
    program.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
    program.require_subcommand(1);
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
    int code = 0;
    auto* run = program.add_subcommand("run", "Run the router until SIGTERM or SIGINT");
    run->add_option("--config", configuration, "The configuration file")->required();
    auto* check = program.add_subcommand("check", "Check configuration, plugins and handler files, and start nothing");
    check->add_option("--config", configuration, "The configuration file")->required();
    auto* plugins = program.add_subcommand("plugins", "List the plugins that were found, their kinds and options");

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (const auto unknown = program.remaining(); !unknown.empty() && !program.get_help_ptr()->count())
            std::cerr << "tocsin: unknown command or argument: " << tocsin::core::escaped(unknown.front()) << '\n';
        return program.exit(error) == 0 ? 0 : usage_error;
    }
    // A name server that is gone costs a look-up that a library makes seconds at most; what the operator has set holds.
    setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);
    try {
        log::configure(format, verbose ? log::Severity::debug : log::Severity::info);
        if (run->parsed()) code = tocsin::core::run(configuration);
        if (check->parsed()) code = tocsin::core::check(configuration);
        if (plugins->parsed()) code = tocsin::core::list_plugins();
    } catch (const std::exception& error) {
        std::cerr << "tocsin: " << error.what() << std::endl;
        return 1;
    }
    return code;
}
