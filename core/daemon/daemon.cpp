#include "daemon/daemon.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "daemon/connections.hpp"
#include "daemon/report.hpp"
#include "daemon/sample.hpp"
#include "daemon/setup.hpp"
#include "daemon/signals.hpp"
#include "daemon/watchdog.hpp"
#include "daemon/worker.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

constexpr auto stop_timeout = std::chrono::seconds{1};
constexpr auto longest_between_looks = std::chrono::seconds{1};
constexpr int usage_error = 2;

class Daemon {
  public:
    Daemon(std::unique_ptr<Setup> setup, Worker& worker) : setup_{std::move(setup)}, worker_{worker} {}

    /// False when something could not be started, which is a mistake then.
    bool start(Mistakes& mistakes) {
        for (auto& sink : setup_->sinks) {
            sink->set_limits({.call = setup_->settings.call_limit});
            guard(mistakes, {}, sink->kind(), [&] { sink->start(worker_.alarm([&] { sink->wake(); })); });
        }
        if (!mistakes.empty()) return false;
        const auto limit = setup_->settings.call_limit;
        watchdog_.emplace(std::min<std::chrono::nanoseconds>(limit / 4, longest_between_looks), [this, limit] {
            const auto now = std::chrono::steady_clock::now();
            worker_.watch(now, limit);
            for (auto& sink : setup_->sinks) sink->watch(now);
        });
        for (auto& source : setup_->sources)
            guard(mistakes, source.where, source.instance->kind(), [&] { source.instance->start(*setup_->router); });
        return mistakes.empty();
    }

    void drain(Signals& signals) {
        log::info("stopping", {{"pending", setup_->router->pending()}});
        pause_sources();
        setup_->router->stop();
        const auto deadline = std::chrono::steady_clock::now() + setup_->settings.drain_timeout;
        while (setup_->router->pending() != 0 && std::chrono::steady_clock::now() < deadline &&
               !signals.wait_for(std::chrono::milliseconds{5})) {
        }
        stop_all();
        report_counts(*setup_);
        log::info("stopped", {{"left_behind", setup_->router->pending()}});
    }

    /// The sources last: what the sinks still end is acknowledged to them, and what they have read and cannot hand over
    /// any more is counted.
    void stop_all() {
        setup_->router->stop();
        watchdog_.reset();
        stop_sinks();
        stop_sources();
    }

    const Setup& setup() const noexcept { return *setup_; }
    bool all_stopped() const noexcept { return all_stopped_; }

  private:
    template <class Call>
    static void guard(Mistakes& mistakes, const Location& where, const std::string& key, Call&& call) {
        try {
            call();
        } catch (const std::exception& error) {
            mistakes.add(where, key, error.what());
        }
    }

    /// What a source has not read stays where it is.
    void pause_sources() {
        for_all(setup_->sources, [](PlacedSource& source) { return source.instance->pause(stop_timeout); });
    }

    void stop_sources() {
        for_all(setup_->sources, [](PlacedSource& source) { return source.instance->stop(stop_timeout); });
    }

    void stop_sinks() {
        for_all(setup_->sinks, [](auto& sink) { return sink->stop(stop_timeout); });
    }

    /// Calls all side by side, so that one that hangs costs the time of one.
    template <class Items, class Call>
    void for_all(Items& items, Call call) {
        std::vector<std::future<bool>> calls;
        for (auto& item : items) calls.push_back(std::async(std::launch::async, [&item, call] { return call(item); }));
        for (std::size_t i = 0; i < calls.size(); ++i) note_stopped(calls[i].get(), named(items[i]));
    }

    static SourceInstance& named(const PlacedSource& source) { return *source.instance; }
    static SinkRunner& named(const std::unique_ptr<SinkRunner>& sink) { return *sink; }

    template <class Named>
    void note_stopped(bool stopped, const Named& instance) {
        if (stopped) return;
        all_stopped_ = false;
        log::warning("did not stop in time", {{"kind", instance.kind()}, {"name", instance.name()}});
    }

    std::unique_ptr<Setup> setup_;
    Worker& worker_;
    bool all_stopped_ = true;
    std::optional<Watchdog> watchdog_;
};

int tell(const Mistakes& mistakes) {
    mistakes.print(std::cerr);
    std::cerr << mistakes.size() << (mistakes.size() == 1 ? " mistake" : " mistakes") << std::endl;
    return 1;
}

void log_warnings(const Mistakes& mistakes) {
    for (const auto& warning : mistakes.warnings())
        log::warning(warning.text, {{"place", to_string(warning.where)}, {"key", warning.key}});
}

/// Ends the process without waiting for plugins that did not stop.
[[noreturn]] void exit_at_once(int code) {
    std::cout.flush();
    std::_Exit(code);
}

}  // namespace

int run(const std::filesystem::path& configuration) {
    Signals signals;
    Worker worker;
    Mistakes mistakes;
    auto setup = set_up(
        configuration, [&](auto task) { worker.run(std::move(task)); }, mistakes);
    if (!setup) return tell(mistakes);
    log_warnings(mistakes);

    Daemon daemon{std::move(setup), worker};
    const bool started = daemon.start(mistakes);
    if (started) {
        log::info("ready", {{"handlers", daemon.setup().handlers},
                            {"sinks", daemon.setup().sinks.size()},
                            {"sources", daemon.setup().sources.size()}});
        signals.wait();
        daemon.drain(signals);
    } else {
        tell(mistakes);
        daemon.stop_all();
    }
    const int code = started ? 0 : 1;
    if (!daemon.all_stopped()) exit_at_once(code);
    worker.stop();
    return code;
}

int check(const std::filesystem::path& configuration, std::optional<std::chrono::nanoseconds> connect) {
    Worker worker;
    Mistakes mistakes;
    const auto setup = set_up(
        configuration, [&](auto task) { worker.run(std::move(task)); }, mistakes);
    if (!setup) return tell(mistakes);
    mistakes.print(std::cerr);
    std::cout << configuration.string() << ": no mistakes (" << setup->handlers << " handlers, " << setup->sinks.size()
              << " sinks, " << setup->sources.size() << " sources)" << std::endl;
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
