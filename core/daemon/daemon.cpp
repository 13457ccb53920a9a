#include "daemon/daemon.hpp"

#include "base/log.hpp"
#include "daemon/report.hpp"
#include "daemon/setup.hpp"
#include "daemon/signals.hpp"
#include "daemon/worker.hpp"

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

constexpr auto stop_timeout = std::chrono::seconds{1};

class Daemon {
  public:
    Daemon(std::unique_ptr<Setup> setup, Worker& worker) : setup_{std::move(setup)}, worker_{worker} {}

    /// False when something could not be started, which is a mistake then.
    bool start(Mistakes& mistakes) {
        setup_->router->start(worker_.alarm([this] { setup_->router->relieve(); }));
        for (auto& sink : setup_->sinks)
            guard(mistakes, {}, sink->sink().kind(), [&] { sink->start(worker_.alarm([&] { sink->wake(); })); });
        for (auto& source : setup_->sources)
            guard(mistakes, source.where, source.instance->kind(), [&] { source.instance->start(*setup_->router); });
        return mistakes.empty();
    }

    void drain(Signals& signals) {
        log::info("stopping", {{"pending", setup_->router->pending()}});
        stop_sources();
        const auto deadline = std::chrono::steady_clock::now() + setup_->settings.drain_timeout;
        while (setup_->router->pending() != 0 && std::chrono::steady_clock::now() < deadline &&
               !signals.wait_for(std::chrono::milliseconds{5})) {
        }
        stop_sinks();
        report_counts(*setup_);
        log::info("stopped", {{"left_behind", setup_->router->pending()}});
    }

    /// Stops everything after a failed start.
    void give_up() {
        stop_sources();
        stop_sinks();
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

    /// What a source has not read stays where it is; what it has read and cannot hand over any more is counted.
    void stop_sources() {
        std::vector<std::future<bool>> pausing;
        for (auto& source : setup_->sources)
            pausing.push_back(std::async(std::launch::async, [&] { return source.instance->pause(stop_timeout); }));
        for (auto& paused : pausing) paused.wait();
        setup_->router->stop();
        std::vector<std::future<bool>> stopping;
        for (auto& source : setup_->sources)
            stopping.push_back(std::async(std::launch::async, [&] { return source.instance->stop(stop_timeout); }));
        for (std::size_t i = 0; i < stopping.size(); ++i) note_stopped(stopping[i].get(), *setup_->sources[i].instance);
    }

    void stop_sinks() {
        std::vector<std::future<bool>> stopping;
        for (auto& sink : setup_->sinks)
            stopping.push_back(std::async(std::launch::async, [&] { return sink->stop(stop_timeout); }));
        for (std::size_t i = 0; i < stopping.size(); ++i) note_stopped(stopping[i].get(), setup_->sinks[i]->sink());
    }

    void note_stopped(bool stopped, const Instance& instance) {
        if (stopped) return;
        all_stopped_ = false;
        log::warning("did not stop in time", {{"kind", instance.kind()}, {"name", instance.name()}});
    }

    std::unique_ptr<Setup> setup_;
    Worker& worker_;
    bool all_stopped_ = true;
};

int tell(const Mistakes& mistakes) {
    mistakes.print(std::cerr);
    std::cerr << mistakes.size() << (mistakes.size() == 1 ? " mistake" : " mistakes") << std::endl;
    return 1;
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
        daemon.give_up();
    }
    const int code = started ? 0 : 1;
    if (!daemon.all_stopped()) exit_at_once(code);
    return code;
}

int check(const std::filesystem::path& configuration) {
    Worker worker;
    Mistakes mistakes;
    const auto setup = set_up(
        configuration, [&](auto task) { worker.run(std::move(task)); }, mistakes);
    if (!setup) return tell(mistakes);
    std::cout << configuration.string() << ": no mistakes (" << setup->handlers << " handlers, " << setup->sinks.size()
              << " sinks, " << setup->sources.size() << " sources)" << std::endl;
    return 0;
}

int list_plugins() {
    Registry registry;
    Mistakes mistakes;
    load_plugins(registry, {}, {}, mistakes);
    print_plugins(registry, std::cout);
    return mistakes.empty() ? 0 : tell(mistakes);
}

}  // namespace tocsin::core
