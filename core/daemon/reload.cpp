#include "base/log.hpp"
#include "daemon/report.hpp"
#include "daemon/running.hpp"
#include "daemon/side_by_side.hpp"

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

namespace tocsin::core {
namespace {

template <class Items, class Wanted>
auto same_name(Items& items, const Wanted& wanted) {
    return std::find_if(items.begin(), items.end(), [&](const auto& item) {
        return instance_of(item).kind() == instance_of(wanted).kind() &&
               instance_of(item).name() == instance_of(wanted).name();
    });
}

/// Those of `sources` that `others` do not have.
std::vector<PlacedSource> without(const std::vector<PlacedSource>& sources, const std::vector<PlacedSource>& others) {
    std::vector<PlacedSource> left;
    for (const auto& source : sources)
        if (std::none_of(others.begin(), others.end(),
                         [&](const auto& other) { return other.instance == source.instance; }))
            left.push_back(source);
    return left;
}

}  // namespace

bool Running::reload(std::unique_ptr<Setup> next, const std::function<bool()>& give_up, Mistakes& mistakes) {
    auto fresh_sources = take_over_sources(*next);
    auto leaving_sources = without(setup_->sources, next->sources);
    for (const auto& source : leaving_sources) source.instance->set_yields(true);
    if (!start_sources(fresh_sources, mistakes) || !exchange_web(next->http, mistakes)) {
        stop_sources(std::move(fresh_sources));
        for (const auto& source : leaving_sources) source.instance->set_yields(false);
        return false;
    }

    const auto kept = kept_sinks(*next);
    for (const auto& sink : next->sinks)
        if (const auto known = same_name(setup_->sinks, sink); known != setup_->sinks.end())
            sink.runner->continue_counts(*known->runner);
    std::vector<Move> moves;
    std::vector<std::shared_ptr<Handler>> removed;
    spool_->run([&] { router_->change(next->routing, [&] { moves = place(*next, kept, removed); }); });
    for (const auto& handler : removed)
        log::info("handler removed",
                  {{"handler", handler->id}, {"topic", handler->topic}, {"pending", handler->pending.load()}});
    for (const auto& [handler, from, lane] : moves)
        from->close(
            lane, [this, to = handler](std::vector<QueuedDelivery> left) { router_->lane_left(*to, std::move(left)); });

    {
        const std::scoped_lock lock{now_mutex_};
        now_.sources.clear();
        for (const auto& source : leaving_sources) now_.leaving.push_back(source.instance);
        for (const auto& source : next->sources) now_.sources.push_back(source.instance);
    }
    setup_->sources.clear();
    stop_sources(std::move(leaving_sources));

    Sinks leaving;
    for (auto& sink : setup_->sinks)
        if (std::none_of(kept.begin(), kept.end(), [&](const auto& one) { return one.second == sink.runner; }))
            leaving.push_back(std::move(sink));
    retire_sinks(std::move(leaving), next->settings.drain_timeout, give_up);
    start_sinks(*next, kept);
    setup_ = std::move(next);

    for (const auto& handler : removed)
        for (bool is_buried = false; !is_buried;) spool_->run([&] { is_buried = router_->bury_backlog(*handler); });
    return true;
}

/// Puts the sources that stay into `next` and returns those that are new.
Running::Sources Running::take_over_sources(Setup& next) const {
    Sources fresh;
    for (auto& source : next.sources) {
        const auto known = same_name(setup_->sources, source);
        if (known != setup_->sources.end() && known->text == source.text)
            source.instance = known->instance;
        else
            fresh.push_back(source);
    }
    return fresh;
}

bool Running::exchange_web(const std::optional<HttpSettings>& next, Mistakes& mistakes) {
    const auto& now = setup_->http;
    if (now.has_value() == next.has_value() && (!now || now->listen == next->listen)) return true;
    std::unique_ptr<http::Server> fresh;
    // On the same port the old one may be in the way.
    if (web_ && next && now->address.port == next->address.port) {
        web_->stop(stop_timeout);
        web_.reset();
        fresh = serve(*next, mistakes);
        if (!fresh) web_ = serve(*now, mistakes);
    } else if (next) {
        fresh = serve(*next, mistakes);
    }
    if (next && !fresh) return false;
    if (web_) web_->stop(stop_timeout);
    web_ = std::move(fresh);
    return true;
}

Running::Kept Running::kept_sinks(const Setup& next) const {
    Kept kept;
    for (const auto& sink : next.sinks) {
        const auto known = same_name(setup_->sinks, sink);
        if (known != setup_->sinks.end() && known->text == sink.text) kept.emplace(sink.runner.get(), known->runner);
    }
    return kept;
}

/// Gives every handler its lane, and returns the lanes that are to be closed. Under the router's lock.
std::vector<Running::Move> Running::place(Setup& next, const Kept& kept,
                                          std::vector<std::shared_ptr<Handler>>& removed) {
    std::map<HandlerName, std::shared_ptr<Handler>> old;
    for (const auto& target : setup_->routing->targets)
        old.emplace(HandlerName{target.handler->topic, target.handler->id}, target.handler);
    std::vector<Move> moves;
    const auto leaves_lane = [&](const std::shared_ptr<Handler>& handler) {
        ++handler->closing;
        moves.push_back({handler, handler->runner, handler->lane});
    };
    for (auto& target : next.routing->targets) {
        const HandlerName name{target.handler->topic, target.handler->id};
        auto* const made_for = target.handler->runner;
        auto lane = target.handler->lane;
        auto& made = made_for->lane(lane);
        const auto stays = kept.find(made_for);
        auto* const to = stays == kept.end() ? made_for : stays->second.get();
        const auto text = made.plan.text;

        if (const auto known = old.find(name); known != old.end()) {
            target.handler = known->second;
            old.erase(known);
            if (target.handler->runner == to && target.handler->plan_text == text) continue;
            leaves_lane(target.handler);
        } else if (auto was_there = router_->removed(name)) {
            target.handler = std::move(was_there);
        }
        auto& handler = *target.handler;
        const bool waits = handler.closing != 0;
        if (stays != kept.end()) {
            lane = to->attach(target.handler, made.plan, waits);
        } else {
            made.handler = target.handler;
            made.waits = waits;
        }
        handler.runner = to;
        handler.lane = lane;
        handler.plan_text = text;
    }
    for (const auto& [name, handler] : old) {
        leaves_lane(handler);
        removed.push_back(handler);
    }
    return moves;
}

/// What is counted under a name goes on; of a source whose name has gone it is told, if there is anything.
void Running::note_counts(const Sources& sources, const std::vector<bool>& stopped) {
    std::vector<std::pair<std::shared_ptr<SourceInstance>, std::vector<Count>>> gone;
    {
        const std::scoped_lock lock{now_mutex_};
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const auto& source = sources[i].instance;
            if (!stopped[i]) continue;
            std::erase(now_.leaving, source);
            auto& left = now_.left[{source->kind(), source->name()}];
            add_counts(left, counts_of(*source));
            const auto has_its_name = [&](const auto& other) {
                return other->kind() == source->kind() && other->name() == source->name();
            };
            if (std::none_of(now_.sources.begin(), now_.sources.end(), has_its_name)) gone.emplace_back(source, left);
        }
    }
    for (const auto& [source, counts] : gone)
        if (std::any_of(counts.begin(), counts.end(), [](const Count& count) { return count.value != 0; }))
            report_events(*source, counts);
}

void Running::stop_sources(Sources sources) {
    const auto stopped = side_by_side(sources, [](auto& source) { return source.instance->stop(stop_timeout); });
    note_stopped(stopped);
    note_counts(sources, stopped);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (stopped[i])
            destroy(std::move(sources[i].instance));
        else
            left_behind_.push_back(std::move(sources[i].instance));
    }
}

/// Lets them answer what is open, and stops them.
void Running::retire_sinks(Sinks sinks, std::chrono::nanoseconds drain_timeout, const std::function<bool()>& give_up) {
    const auto deadline = std::chrono::steady_clock::now() + drain_timeout;
    const auto has_lanes = [](const auto& sink) { return sink.runner->lanes() != 0; };
    while (std::any_of(sinks.begin(), sinks.end(), has_lanes) && std::chrono::steady_clock::now() < deadline &&
           !give_up()) {
    }
    const auto stopped = side_by_side(sinks, [](auto& sink) { return sink.runner->stop(stop_timeout); });
    note_stopped(stopped);
    {
        const std::scoped_lock lock{now_mutex_};
        for (const auto& sink : sinks) std::erase(now_.sinks, sink.runner);
    }
    for (std::size_t i = 0; i < sinks.size(); ++i) {
        sinks[i].runner->leave();
        if (stopped[i])
            destroy(std::move(sinks[i].runner));
        else
            left_behind_.push_back(std::move(sinks[i].runner));
    }
}

void Running::start_sinks(Setup& next, const Kept& kept) {
    for (auto& sink : next.sinks) {
        if (const auto stays = kept.find(sink.runner.get()); stays != kept.end()) {
            sink.runner = stays->second;
            continue;
        }
        try {
            start_sink(*sink.runner);
        } catch (const std::exception& error) {
            log::error("sink could not be started, it is tried again",
                       {{"kind", sink.runner->kind()}, {"name", sink.runner->name()}, {"reason", error.what()}});
            sink.runner->start_later();
        }
        const std::scoped_lock lock{now_mutex_};
        now_.sinks.push_back(sink.runner);
    }
}

/// A plugin may hang in that, too.
template <class Item>
void Running::destroy(Item item) {
    const std::string kind = item->kind();
    const std::string name = item->name();
    auto done = std::make_shared<std::promise<void>>();
    const auto is_done = done->get_future();
    std::thread{[item = std::move(item), done]() mutable {
        item.reset();
        done->set_value();
    }}.detach();
    if (is_done.wait_for(stop_timeout) == std::future_status::ready) return;
    all_stopped_ = false;
    log::warning("did not end in time", {{"kind", kind}, {"name", name}});
}

}  // namespace tocsin::core
