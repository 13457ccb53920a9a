#include "daemon/running.hpp"

#include "base/log.hpp"
#include "daemon/plugin_mistakes.hpp"
#include "daemon/side_by_side.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::core {
namespace {

constexpr auto longest_between_looks = std::chrono::seconds{1};

template <class Call>
void guard(Mistakes& mistakes, const Location& where, const std::string& key, Call&& call) {
    try {
        call();
    } catch (const std::exception& error) {
        mistakes.add(where, key, error.what());
    }
}

}  // namespace

Running::Running(std::unique_ptr<Setup> setup, Listeners& listeners, Worker& worker, const Notify& notify,
                 Mistakes& mistakes)
    : setup_{std::move(setup)}, listeners_{listeners}, worker_{worker}, notify_{notify} {
    const auto& settings = setup_->settings;
    guard(mistakes, settings.state_dir_at, "tocsin.state-dir", [&] {
        Spool::Settings spool;
        spool.folder = settings.state_dir;
        spool.most_dead_letters = settings.most_dead_letters;
        try {
            spool_ = std::make_unique<Spool>(std::move(spool));
            router_ = std::make_unique<Router>(*spool_, settings.spool_bytes);
            router_->recover(setup_->routing);
        } catch (const std::exception& error) {
            throw std::runtime_error{"\"" + settings.state_dir.string() + "\" " + error.what()};
        }
    });
}

std::unique_ptr<http::Server> Running::serve(const HttpSettings& settings, Mistakes& mistakes) {
    try {
        const auto passed = listeners_.passed_tcp(settings.listen);
        auto routes = web_routes(*this, phase_);
        auto server =
            passed ? std::make_unique<http::Server>(http::LentSocket{passed->handle, passed->is_v6}, std::move(routes))
                   : std::make_unique<http::Server>(settings.address, std::move(routes));
        log::info(passed ? "serving HTTP on a socket that was passed" : "serving HTTP",
                  {{"address", settings.listen}, {"port", server->port()}});
        return server;
    } catch (const std::exception& error) {
        mistakes.add(settings.where, "http.listen", "cannot listen on " + settings.listen + ": " + error.what());
        return nullptr;
    }
}

bool Running::start(Mistakes& mistakes) {
    if (setup_->http) web_ = serve(*setup_->http, mistakes);
    if (!mistakes.empty()) return false;
    for (const auto& sink : setup_->sinks) guard(mistakes, {}, sink.runner->kind(), [&] { start_sink(*sink.runner); });
    if (!mistakes.empty()) return false;
    {
        const std::scoped_lock lock{now_mutex_};
        for (const auto& sink : setup_->sinks) now_.sinks.push_back(sink.runner);
        for (const auto& source : setup_->sources) now_.sources.push_back(source.instance);
    }
    const auto limit = setup_->settings.call_limit;
    const auto interval = std::min<std::chrono::nanoseconds>(limit / 4, longest_between_looks);
    watchdog_.emplace(std::min(interval, notify_.alive_every().value_or(interval)), [this, limit] {
        const auto now = std::chrono::steady_clock::now();
        worker_.watch(now, limit);
        const std::scoped_lock lock{now_mutex_};
        for (const auto& sink : now_.sinks) sink->watch(now);
        notify_.alive();
    });
    spool_->start(*router_);
    spool_->poke();
    if (!start_sources(setup_->sources, mistakes)) return false;
    phase_ = Phase::ready;
    return true;
}

void Running::start_sink(SinkRunner& sink) {
    sink.set_limits({.call = setup_->settings.call_limit});
    sink.start(worker_.alarm([weak = sink.weak_from_this()] {
        if (const auto alive = weak.lock()) alive->wake();
    }),
               [this] { spool_->poke(); });
}

bool Running::start_sources(Sources& sources, Mistakes& mistakes) {
    const auto before = mistakes.size();
    for (auto& source : sources) {
        try {
            source.instance->start(*router_);
        } catch (const std::exception& error) {
            add_plugin_mistakes(error.what(), source.kind->instance_options, source.options, source.kind->name,
                                source.where, mistakes);
        }
    }
    return mistakes.size() == before;
}

void Running::drain(const std::function<bool()>& give_up) {
    phase_ = Phase::stopping;
    note_stopped(side_by_side(setup_->sources, [](auto& source) { return source.instance->pause(stop_timeout); }));
    router_->stop();
    const auto deadline = std::chrono::steady_clock::now() + setup_->settings.drain_timeout;
    while (router_->pending() != 0 && std::chrono::steady_clock::now() < deadline && !give_up()) {
    }
}

void Running::stop_all() {
    if (router_) router_->stop();
    watchdog_.reset();
    note_stopped(side_by_side(setup_->sinks, [](auto& sink) { return sink.runner->stop(stop_timeout); }));
    if (spool_) spool_->stop();
    note_stopped(side_by_side(setup_->sources, [](auto& source) { return source.instance->stop(stop_timeout); }));
    if (web_) web_->stop(stop_timeout);
}

void Running::note_stopped(const std::vector<bool>& stopped) {
    if (std::find(stopped.begin(), stopped.end(), false) != stopped.end()) all_stopped_ = false;
}

std::vector<Count> Running::Now::counts_of(SourceInstance& source) const {
    auto counts = core::counts_of(source);
    for (const auto& before : leaving)
        if (before->kind() == source.kind() && before->name() == source.name())
            add_counts(counts, core::counts_of(*before));
    if (const auto known = left.find({source.kind(), source.name()}); known != left.end())
        add_counts(counts, known->second);
    return counts;
}

Running::Now Running::now() const {
    const std::scoped_lock lock{now_mutex_};
    auto now = now_;
    now.routing = router_->routing();
    return now;
}

}  // namespace tocsin::core
