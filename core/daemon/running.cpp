#include "daemon/running.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <thread>
#include <utility>

namespace tocsin::core {
namespace {

constexpr auto stop_timeout = std::chrono::seconds{1};
constexpr auto longest_between_looks = std::chrono::seconds{1};
constexpr auto poll_interval = std::chrono::milliseconds{5};

SourceInstance& named(const PlacedSource& source) { return *source.instance; }
SinkRunner& named(const SinkInstances::Made& sink) { return *sink.runner; }

template <class Call>
void guard(Mistakes& mistakes, const Location& where, const std::string& key, Call&& call) {
    try {
        call();
    } catch (const std::exception& error) {
        mistakes.add(where, key, error.what());
    }
}

template <class Items, class Wanted>
auto same_name(Items& items, const Wanted& wanted) {
    return std::find_if(items.begin(), items.end(), [&](const auto& item) {
        return named(item).kind() == named(wanted).kind() && named(item).name() == named(wanted).name();
    });
}

}  // namespace

Running::Running(std::unique_ptr<Setup> setup, Worker& worker, const Notify& notify, Mistakes& mistakes)
    : setup_{std::move(setup)}, worker_{worker}, notify_{notify} {
    const auto& settings = setup_->settings;
    guard(mistakes, settings.state_dir_at.file ? settings.state_dir_at : settings.handlers_dir_at, "tocsin.state-dir",
          [&] {
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
        auto server = std::make_unique<http::Server>(settings.address, web_routes(*this, phase_));
        log::info("serving HTTP", {{"address", settings.listen}, {"port", server->port()}});
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
    for (auto& source : sources)
        guard(mistakes, source.where, source.instance->kind(), [&] { source.instance->start(*router_); });
    return mistakes.size() == before;
}

void Running::drain(const std::function<bool()>& give_up) {
    phase_ = Phase::stopping;
    for_all(setup_->sources, [](PlacedSource& source) { return source.instance->pause(stop_timeout); });
    router_->stop();
    const auto deadline = std::chrono::steady_clock::now() + setup_->settings.drain_timeout;
    while (router_->pending() != 0 && std::chrono::steady_clock::now() < deadline && !give_up()) {
    }
}

void Running::stop_all() {
    if (router_) router_->stop();
    watchdog_.reset();
    for_all(setup_->sinks, [](auto& sink) { return sink.runner->stop(stop_timeout); });
    if (spool_) spool_->stop();
    for_all(setup_->sources, [](PlacedSource& source) { return source.instance->stop(stop_timeout); });
    if (web_) web_->stop(stop_timeout);
}

/// Calls all side by side, so that one that hangs costs the time of one.
template <class Items, class Call>
void Running::for_all(Items& items, Call call) {
    std::vector<std::future<bool>> calls;
    for (auto& item : items) calls.push_back(std::async(std::launch::async, [&item, call] { return call(item); }));
    for (std::size_t i = 0; i < calls.size(); ++i) note_stopped(calls[i].get(), named(items[i]));
}

template <class Named>
void Running::note_stopped(bool stopped, const Named& instance) {
    if (stopped) return;
    all_stopped_ = false;
    log::warning("did not stop in time", {{"kind", instance.kind()}, {"name", instance.name()}});
}

/// Where a handler's deliveries go.
struct Running::Move {
    std::shared_ptr<Handler> handler;
    SinkRunner* from;
    std::size_t from_lane;
    SinkRunner* to;  ///< nullptr: they become dead letters
    std::size_t to_lane;
};

bool Running::reload(std::unique_ptr<Setup> next, Mistakes& mistakes) {
    std::unique_ptr<http::Server> fresh_web;
    const bool serves_elsewhere = next->http && !(setup_->http && setup_->http->listen == next->http->listen);
    if (serves_elsewhere) fresh_web = serve(*next->http, mistakes);
    if (serves_elsewhere && !fresh_web) return false;

    Sources fresh_sources;
    for (auto& source : next->sources) {
        const auto known = same_name(setup_->sources, source);
        if (known != setup_->sources.end() && known->text == source.text)
            source.instance = known->instance;
        else
            fresh_sources.push_back(source);
    }
    if (!start_sources(fresh_sources, mistakes)) {
        for_all(fresh_sources, [](PlacedSource& source) { return source.instance->stop(stop_timeout); });
        return false;
    }

    std::map<SinkRunner*, std::shared_ptr<SinkRunner>> kept;  // by what would take its place
    for (auto& sink : next->sinks) {
        const auto known = same_name(setup_->sinks, sink);
        if (known == setup_->sinks.end() || known->text != sink.text) continue;
        kept.emplace(sink.runner.get(), known->runner);
    }

    std::map<HandlerName, std::shared_ptr<Handler>> old;
    for (const auto& target : setup_->routing->targets)
        old.emplace(HandlerName{target.handler->topic, target.handler->id}, target.handler);
    std::vector<Move> moves;
    const auto place = [&] {
        for (auto& target : next->routing->targets) {
            auto* const made_for = target.handler->runner;
            const auto made_lane = target.handler->lane;
            const auto plan = made_for->lane(made_lane).plan;
            const auto known = old.find({target.handler->topic, target.handler->id});
            const bool is_new = known == old.end();
            const auto stays = kept.find(made_for);
            auto* const to = stays == kept.end() ? made_for : stays->second.get();
            auto handler = is_new ? target.handler : known->second;
            if (!is_new) old.erase(known);
            if (!is_new && handler->runner == to && handler->plan_text == plan.text) {
                target.handler = std::move(handler);
                continue;
            }
            auto lane = made_lane;
            if (stays != kept.end()) {
                lane = to->attach(handler, plan, !is_new);
            } else {
                to->lane(lane).handler = handler;
                to->lane(lane).waits = !is_new;
            }
            if (!is_new) moves.push_back({handler, handler->runner, handler->lane, to, lane});
            handler->runner = to;
            handler->lane = lane;
            handler->plan_text = plan.text;
            target.handler = std::move(handler);
        }
        for (const auto& [name, handler] : old) moves.push_back({handler, handler->runner, handler->lane, nullptr, 0});
    };
    spool_->run([&] { router_->change(next->routing, place); });

    for (const auto& move : moves)
        move.from->close(move.from_lane, [this, move](std::vector<QueuedDelivery> left) {
            if (move.to != nullptr)
                move.to->let_go(move.to_lane, std::move(left));
            else
                router_->bury(*move.handler, left, "handler removed");
        });
    for (const auto& [name, handler] : old) {
        log::info("handler removed", {{"handler", name.id}, {"topic", name.topic}});
        spool_->run([&, gone = handler] { router_->bury_backlog(*gone, "handler removed"); });
    }

    Sinks leaving;
    for (auto& sink : setup_->sinks)
        if (std::none_of(kept.begin(), kept.end(), [&](const auto& one) { return one.second == sink.runner; }))
            leaving.push_back(std::move(sink));
    retire_sinks(leaving);

    setup_->settings.drain_timeout = next->settings.drain_timeout;
    for (auto& sink : next->sinks) {
        if (const auto stays = kept.find(sink.runner.get()); stays != kept.end()) {
            sink.runner = stays->second;
            continue;
        }
        try {
            start_sink(*sink.runner);
        } catch (const std::exception& error) {
            log::error("sink could not be started",
                       {{"kind", sink.runner->kind()}, {"name", sink.runner->name()}, {"reason", error.what()}});
        }
        const std::scoped_lock lock{now_mutex_};
        now_.sinks.push_back(sink.runner);
    }

    Sources leaving_sources;
    for (auto& source : setup_->sources)
        if (std::none_of(next->sources.begin(), next->sources.end(),
                         [&](const auto& one) { return one.instance == source.instance; }))
            leaving_sources.push_back(source);
    for_all(leaving_sources, [](PlacedSource& source) { return source.instance->stop(stop_timeout); });
    if (!all_stopped_)
        for (const auto& source : leaving_sources) left_behind_.push_back(source.instance);
    if (web_ && (serves_elsewhere || !next->http)) web_->stop(stop_timeout);
    if (serves_elsewhere || !next->http) web_ = std::move(fresh_web);
    setup_ = std::move(next);
    const std::scoped_lock lock{now_mutex_};
    now_.sources.clear();
    for (const auto& source : setup_->sources) now_.sources.push_back(source.instance);
    return true;
}

Running::Now Running::now() const {
    const std::scoped_lock lock{now_mutex_};
    auto now = now_;
    now.routing = router_->routing();
    return now;
}

/// Lets them answer what is open, and stops them.
void Running::retire_sinks(Sinks& sinks) {
    {
        const std::scoped_lock lock{now_mutex_};
        for (const auto& sink : sinks) std::erase(now_.sinks, sink.runner);
    }
    const auto deadline = std::chrono::steady_clock::now() + setup_->settings.drain_timeout;
    for (const auto& sink : sinks)
        while (sink.runner->open() != 0 && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(poll_interval);
    const bool before = std::exchange(all_stopped_, true);
    for_all(sinks, [](auto& sink) { return sink.runner->stop(stop_timeout); });
    if (!all_stopped_)
        for (const auto& sink : sinks) left_behind_.push_back(sink.runner);
    all_stopped_ = all_stopped_ && before;
    for (const auto& sink : sinks) sink.runner->leave();
    retired_ = std::move(sinks);
}

}  // namespace tocsin::core
