#include "daemon/daemon.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "daemon/connections.hpp"
#include "daemon/notify.hpp"
#include "daemon/report.hpp"
#include "daemon/running.hpp"
#include "daemon/sample.hpp"
#include "daemon/setup.hpp"
#include "daemon/signals.hpp"
#include "daemon/worker.hpp"
#include "plugin/passed_sockets.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds{5};
constexpr int usage_error = 2;

int tell(const Mistakes& mistakes) {
    mistakes.print(std::cerr);
    std::cerr << mistakes.size() << (mistakes.size() == 1 ? " mistake" : " mistakes") << std::endl;
    return 1;
}

void log_warnings(const Mistakes& mistakes) {
    for (const auto& warning : mistakes.warnings())
        log::warning(warning.text, {{"place", to_string(warning.where)}, {"key", warning.key}});
}

void log_what_runs(std::string_view what, const Setup& setup) {
    log::info(what, {{"handlers", setup.routing->targets.size()},
                     {"sinks", setup.sinks.size()},
                     {"sources", setup.sources.size()}});
}

std::string status_of(const Setup& setup) {
    return status_text(setup.routing->targets.size(), setup.sinks.size(), setup.sources.size());
}

/// The spool is opened once, and the watchdog made once.
void keep_what_needs_a_start(const Settings& now, Settings& next) {
    const auto keep = [](std::string_view key, const Location& where, const auto& value, auto& wanted) {
        if (value == wanted) return;
        log::warning("changes with the next start only", {{"place", to_string(where)}, {"key", key}});
        wanted = value;
    };
    keep("tocsin.state-dir", next.state_dir_at, now.state_dir, next.state_dir);
    keep("tocsin.spool-size", next.spool_bytes_at, now.spool_bytes, next.spool_bytes);
    keep("tocsin.dead-letters", next.most_dead_letters_at, now.most_dead_letters, next.most_dead_letters);
    keep("tocsin.call-limit", next.call_limit_at, now.call_limit, next.call_limit);
}

void reload(const std::filesystem::path& configuration, Registry& registry, Listeners& listeners,
            const Strand::HandOver& hand_over, Signals& signals, Running& running) {
    log::info("reloading");
    Mistakes mistakes;
    auto setup = set_up(configuration, registry, listeners, hand_over, mistakes);
    if (setup) keep_what_needs_a_start(running.setup().settings, setup->settings);
    log_warnings(mistakes);
    const auto give_up = [&] { return signals.is_told_to_stop(poll_interval); };
    const bool done = setup && running.reload(std::move(setup), give_up, mistakes);
    listeners.close_released();
    if (done) return log_what_runs("reloaded", running.setup());
    for (const auto& mistake : mistakes.list())
        log::error(mistake.text, {{"place", to_string(mistake.where)}, {"key", mistake.key}});
    log::error("the configuration holds mistakes: the old one stays", {{"mistakes", mistakes.size()}});
}

/// Ends the process without waiting for plugins that did not stop.
[[noreturn]] void exit_at_once(int code) {
    std::cout.flush();
    std::_Exit(code);
}

}  // namespace

int run(const std::filesystem::path& configuration) {
    const Notify notify;
    const auto passed = take_passed_sockets();
    Signals signals;
    Worker worker;
    Registry registry;
    Listeners listeners;
    Mistakes mistakes;
    const auto hand_over = [&](auto task) { worker.run(std::move(task)); };
    auto setup = set_up(configuration, registry, listeners, hand_over, mistakes);
    if (!setup) return tell(mistakes);
    log_warnings(mistakes);
    listeners.adopt(passed);

    Running running{std::move(setup), listeners, worker, notify, mistakes};
    const bool started = mistakes.empty() && running.start(mistakes);
    if (started) {
        listeners.close_unread();
        log_what_runs("ready", running.setup());
        notify.ready(status_of(running.setup()));
        while (signals.wait() == SIGHUP) {
            notify.reloading();
            reload(configuration, registry, listeners, hand_over, signals, running);
            notify.ready(status_of(running.setup()));
        }
        notify.stopping();
        log::info("stopping", {{"pending", running.router().pending()}});
        running.drain([&] { return signals.wait_for(poll_interval); });
        running.stop_all();
        report_counts(running);
        log::info("stopped", {{"left_behind", running.router().pending()}});
    } else {
        tell(mistakes);
        running.stop_all();
    }
    const int code = started ? 0 : 1;
    if (!running.all_stopped()) exit_at_once(code);
    worker.stop();
    return code;
}

int check(const std::filesystem::path& configuration, std::optional<std::chrono::nanoseconds> connect) {
    Worker worker;
    Registry registry;
    Listeners listeners;
    Mistakes mistakes;
    const auto setup = set_up(
        configuration, registry, listeners, [&](auto task) { worker.run(std::move(task)); }, mistakes);
    if (!setup) return tell(mistakes);
    mistakes.print(std::cerr);
    std::cout << configuration.string() << ": no mistakes (" << setup->routing->targets.size() << " handlers, "
              << setup->sinks.size() << " sinks, " << setup->sources.size() << " sources)" << std::endl;
    if (!connect) return 0;
    const auto connections = check_connections(setup->sinks, *connect, std::cout);
    const int code = connections.all_reachable ? 0 : 1;
    if (!connections.all_ended) exit_at_once(code);
    return code;
}

int list_plugins() {
    Registry registry;
    Mistakes mistakes;
    load_plugins(registry, {}, {}, mistakes);
    print_plugins(registry, std::cout);
    return mistakes.empty() ? 0 : tell(mistakes);
}

int sample(const std::string& kind, bool handler_only) {
    Registry registry;
    Mistakes mistakes;
    load_plugins(registry, {}, {}, mistakes);
    mistakes.print(std::cerr);
    if (kind.empty()) {
        print_sample_kinds(registry, std::cout);
        return 0;
    }
    std::string problem;
    const auto part = handler_only ? SamplePart::handler_file : SamplePart::section;
    if (print_sample(registry, kind, part, std::cout, problem)) return 0;
    std::cerr << "tocsin: " << escaped(problem) << std::endl;
    return usage_error;
}

}  // namespace tocsin::core
