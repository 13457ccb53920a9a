#include "deliver/router.hpp"

#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "deliver/sink_runner.hpp"
#include "spool/schema.hpp"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t most_states = 100'000;
constexpr std::uint64_t mebibyte = 1024 * 1024;
/// Bytes of deliveries in memory while the spool is written, and while it cannot be.
constexpr std::uint64_t live_bytes = 64 * mebibyte;
constexpr std::uint64_t most_live_bytes_of_one = 4 * mebibyte;
constexpr std::uint64_t unwritten_bytes = 512 * mebibyte;
constexpr std::uint64_t most_unwritten_bytes_of_one = 128 * mebibyte;
constexpr std::uint64_t least_bytes_of_one = 64 * 1024;

std::uint64_t share(std::uint64_t all, std::uint64_t most, std::size_t handlers) {
    return std::clamp(all / std::max<std::size_t>(handlers, 1), least_bytes_of_one, most);
}

void add_once(std::vector<SinkRunner*>& runners, SinkRunner* runner) {
    if (std::find(runners.begin(), runners.end(), runner) == runners.end()) runners.push_back(runner);
}

/// To be woken once the lock is given back, when a reload may have put others in their places.
using ToWake = boost::container::small_vector<std::shared_ptr<SinkRunner>, 4>;

void add_once(ToWake& runners, SinkRunner& runner) {
    const auto is_it = [&](const auto& known) { return known.get() == &runner; };
    if (std::none_of(runners.begin(), runners.end(), is_it)) runners.push_back(runner.shared_from_this());
}

constexpr std::string_view handler_removed = "handler removed";

void bury(Handler& handler, const std::vector<QueuedDelivery>& deliveries) {
    end_all(handler, deliveries, Outcome::dead, handler_removed);
}

}  // namespace

Router::Router(Spool& spool, std::uint64_t spool_bytes)
    : spool_{spool},
      spool_bytes_{spool_bytes},
      routing_{std::make_shared<Routing>()},
      states_{most_states},
      backlog_{spool, mutex_} {}

void Router::recover(std::shared_ptr<const Routing> routing) {
    for (const auto& state : spool_.states()) states_.restore(state.topic, state.id, state.level, state.left_ok);
    const std::scoped_lock lock{mutex_};
    routing_ = std::move(routing);
    for (const auto& target : routing_->targets) {
        auto& handler = *target.handler;
        handler.account = &spool_.account({handler.topic, handler.id});
        by_account_.resize(std::max(by_account_.size(), handler.account->index + 1));
        by_account_[handler.account->index] = target.handler;
        if (handler.runner->lane(handler.lane).plan.keeps_latest) spool_.keep_latest(*handler.account);
    }
    spool_.bury_unknown_handlers();
    for (const auto& kept : spool_.kept()) {
        auto* handler = handler_of(spool_.account(kept.handler));
        if (handler == nullptr || kept.deliveries == 0) continue;
        handler->recovered.add(kept.deliveries);
        handler->pending += kept.deliveries;
        handler->pending_bytes += kept.bytes;
        backlog_.add(*handler, 0);
    }
    share_room();
}

void Router::change(std::shared_ptr<const Routing> routing, const std::function<void()>& place) {
    const std::scoped_lock lock{mutex_};
    place();
    for (const auto& target : routing->targets)
        if (auto& handler = *target.handler; handler.is_removed && handler.in_backlog)
            backlog_.add(handler, handler.read_from);
    for (const auto& target : routing_->targets) target.handler->is_removed = true;
    for (const auto& target : routing->targets) {
        auto& handler = *target.handler;
        handler.is_removed = false;
        if (handler.account == nullptr) handler.account = &spool_.account({handler.topic, handler.id});
        by_account_.resize(std::max(by_account_.size(), handler.account->index + 1));
        by_account_[handler.account->index] = target.handler;
    }
    for (const auto& target : routing_->targets)
        if (target.handler->is_removed && target.handler->in_backlog) backlog_.remove(*target.handler);
    routing_ = std::move(routing);
    share_room();
}

std::shared_ptr<Handler> Router::removed(const HandlerName& name) const {
    const auto index = spool_.account(name).index;
    auto known = index < by_account_.size() ? by_account_[index] : nullptr;
    return known && known->is_removed ? known : nullptr;
}

void Router::lane_left(Handler& handler, std::vector<QueuedDelivery> deliveries) {
    const std::scoped_lock lock{mutex_};
    --handler.closing;
    if (handler.is_removed) {
        bury(handler, deliveries);
        return bury(handler, std::exchange(handler.left, {}));
    }
    handler.left.insert(handler.left.end(), std::make_move_iterator(deliveries.begin()),
                        std::make_move_iterator(deliveries.end()));
    if (handler.closing != 0) return;
    std::stable_sort(handler.left.begin(), handler.left.end(),
                     [](const auto& a, const auto& b) { return a.event().sequence() < b.event().sequence(); });
    handler.runner->let_go(handler.lane, std::exchange(handler.left, {}));
}

bool Router::bury_backlog(Handler& handler) {
    if (!handler.is_removed || !handler.in_backlog) return true;
    const auto buried = spool_.bury_all(*handler.account, handler.read_from, handler_removed, 1);
    if (!buried) return true;
    handler.dead.add(buried->deliveries);
    handler.pending -= buried->deliveries;
    handler.pending_bytes -= buried->bytes;
    if (buried->deliveries != 0) return false;
    // What the file does not have yet comes last: while it takes nothing, memory has room for few dead letters.
    const std::scoped_lock lock{mutex_};
    spool_.visit_unwritten([&](const EntryPtr& entry) {
        for (std::size_t slot = 0; slot < entry->slots().size(); ++slot) {
            if (entry->slots()[slot].account != handler.account || entry->slots()[slot].in_memory) continue;
            entry->set_in_memory(slot);
            handler.in_memory += entry->cost();
            bury(handler, {{entry, slot}});
        }
        return true;
    });
    handler.in_backlog = false;
    return true;
}

std::shared_ptr<const Routing> Router::routing() const {
    const std::scoped_lock lock{mutex_};
    return routing_;
}

void Router::share_room() {
    const auto handlers = routing_->targets.size();
    quota_ = spool_bytes_ / std::max<std::size_t>(handlers, 1);
    memory_quota_ = share(unwritten_bytes, most_unwritten_bytes_of_one, handlers);
    runners_.clear();
    for (const auto& target : routing_->targets) {
        target.handler->most_in_memory = share(live_bytes, most_live_bytes_of_one, handlers);
        add_once(runners_, target.handler->runner);
    }
}

Handler* Router::handler_of(const Account& account) const {
    return account.index < by_account_.size() ? by_account_[account.index].get() : nullptr;
}

std::int32_t Router::take(SourceInstance& source, const tocsin_event& event, std::uint64_t token) {
    if (const auto fault = Event::fault(event)) {
        if (const auto left_out = invalid_lines_.pass())
            log::warning(
                "event refused",
                {{"kind", source.kind()}, {"name", source.name()}, {"reason", *fault}, {"lines_left_out", *left_out}});
        return TOCSIN_INVALID;
    }
    ToWake to_wake;
    bool is_asleep = false;
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) {
            source.events().refused.add();
            return TOCSIN_STOPPING;
        }
        const auto sequence = spool_.is_full() ? 0 : spool_.next_sequence();
        if (sequence == 0) {
            const auto told = source.weak_from_this();
            const auto is_it = [&](const auto& known) {
                return !known.owner_before(told) && !told.owner_before(known);
            };
            if (std::none_of(told_full_.begin(), told_full_.end(), is_it)) told_full_.push_back(told);
            return TOCSIN_FULL;
        }
        const auto updated =
            states_.update(view(event.topic), view(event.id), static_cast<Level>(event.level), event.time, sequence);
        for (auto& [topic, id] : states_.take_evicted()) spool_.forget_state(std::move(topic), std::move(id));

        auto entry = std::make_shared<Entry>(std::make_shared<const Event>(event, updated.stamp), wall_clock(),
                                             std::chrono::steady_clock::now());
        entry->held = (entry->event->changed() && spool_.is_healthy()) || updated.held_back_by > spool_.released();
        if (entry->held) states_.mark_held();
        if (token != 0)
            entry->when_safe = [to = source.weak_from_this(), token] {
                if (const auto alive = to.lock()) alive->committed(token);
            };

        found_.clear();
        routing_->routes.find(*entry->event, found_);
        (found_.empty() ? source.events().unmatched : source.events().matched).add();
        Entry::Slots slots;
        for (const auto target : found_) {
            auto& handler = *routing_->targets[target].handler;
            handler.created.add();
            if (add_slot(handler, *entry, slots)) add_once(to_wake, *handler.runner);
        }
        entry->set_slots(std::move(slots));
        if (entry->slots().empty() && !entry->event->changed()) {
            entry->safe();
            return TOCSIN_ACCEPTED;
        }
        is_asleep = spool_.offer_quietly(entry);
        if (!entry->held) send(entry);
    }
    for (const auto& runner : to_wake) runner->wake();
    if (is_asleep) spool_.notice();
    return TOCSIN_ACCEPTED;
}

/// False when the handler is at its quota.
bool Router::add_slot(Handler& handler, const Entry& entry, Entry::Slots& slots) {
    const auto cost = entry.cost();
    const bool is_written = spool_.is_healthy();
    if (handler.pending_bytes + cost > quota_ || (!is_written && handler.account->unwritten + cost > memory_quota_)) {
        handler.dropped.add();
        handler.refused.add();
        if (const auto left_out = handler.refused_lines.pass())
            log::warning("delivery refused", {{"handler", handler.id},
                                              {"topic", handler.topic},
                                              {"event", entry.event->id()},
                                              {"reason", "the handler is at its quota"},
                                              {"lines_left_out", *left_out}});
        return false;
    }
    ++handler.pending;
    handler.pending_bytes += cost;
    if (!handler.in_backlog && is_written && handler.in_memory != 0 &&
        handler.in_memory + cost > handler.most_in_memory)
        backlog_.add(handler, entry.event->sequence());
    if (!handler.in_backlog) handler.in_memory += cost;
    slots.push_back({.account = handler.account, .in_memory = !handler.in_backlog});
    return true;
}

void Router::send(const EntryPtr& entry) {
    for (std::size_t slot = 0; slot < entry->slots().size(); ++slot) {
        const auto state = entry->state(slot);
        if (!entry->slots()[slot].in_memory || state == Entry::State::dying || state == Entry::State::ended) continue;
        auto& handler = *handler_of(*entry->slots()[slot].account);
        if (handler.is_removed) {
            bury(handler, {{entry, slot}});
        } else {
            handler.runner->push(handler.lane, {entry, slot});
        }
    }
}

void Router::stop() {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
}

std::size_t Router::pending() const {
    const std::scoped_lock lock{mutex_};
    std::size_t sum = 0;
    for (const auto& handler : by_account_)
        if (handler) sum += handler->pending;
    return sum;
}

std::uint64_t Router::evicted_states() {
    const std::scoped_lock lock{mutex_};
    return states_.evicted();
}

void Router::release() {
    ToWake to_wake;
    {
        const std::scoped_lock lock{mutex_};
        for (const auto& entry : spool_.take_released()) {
            send(entry);
            for (const auto& slot : entry->slots())
                if (auto& handler = *handler_of(*slot.account); slot.in_memory && !handler.is_removed)
                    add_once(to_wake, *handler.runner);
        }
    }
    for (const auto& runner : to_wake) runner->wake_soon();
}

void Router::feed() {
    backlog_.feed();
    if (!std::exchange(buries_, false)) return;
    // by_account_ changes on this thread alone.
    for (const auto& handler : by_account_)
        if (handler && !bury_backlog(*handler)) buries_ = true;
    if (buries_) spool_.poke();
}

void Router::look() {
    {
        const std::scoped_lock lock{mutex_};
        for (auto* runner : runners_) runner->look_around();
    }
    buries_ = true;
}

void Router::has_room() {
    std::vector<std::weak_ptr<SourceInstance>> sources;
    {
        const std::scoped_lock lock{mutex_};
        sources = std::exchange(told_full_, {});
    }
    for (const auto& source : sources)
        if (const auto alive = source.lock()) alive->resume();
}

void Router::requested(const Request& request) {
    if (request.action == "requeue")
        requeue(request);
    else if (request.action == "drop")
        drop(request);
    else if (request.action == "drop-dead")
        spool_.remove_dead_letter(request.target);
    else
        log::warning("the spool holds a request that this version does not know", {{"action", request.action}});
}

bool Router::requeue(const Request& request) {
    const auto letter = spool_.dead_letter(request.target);
    if (!letter.event) return false;
    std::shared_ptr<SinkRunner> runner;
    {
        const std::scoped_lock lock{mutex_};
        auto* handler = handler_of(spool_.account(letter.handler));
        if (handler == nullptr || handler->is_removed) {
            if (const auto left_out = no_handler_lines_.pass())
                log::warning(
                    "a dead letter cannot be sent again: there is no such handler",
                    {{"handler", letter.handler.id}, {"topic", letter.handler.topic}, {"lines_left_out", *left_out}});
            return false;
        }
        const auto sequence = spool_.next_sequence();
        if (sequence == 0) return false;
        const Stamp stamp{sequence, letter.event->previous_level(), letter.event->duration()};
        auto entry = std::make_shared<Entry>(std::make_shared<const Event>(letter.event->abi(), stamp), wall_clock(),
                                             std::chrono::steady_clock::now());
        handler->requeued.add();
        Entry::Slots slots;
        const bool fits = add_slot(*handler, *entry, slots);
        entry->set_slots(std::move(slots));
        if (!fits) return false;
        spool_.note_requeued(request.target);
        entry->when_safe = [&spool = spool_, number = request.target] { spool.remove_dead_letter(number); };
        spool_.offer(entry);
        entry->saves_state = false;
        send(entry);
        runner = handler->runner->shared_from_this();
    }
    runner->wake_soon();
    return true;
}

void Router::drop(const Request& request) {
    const auto sequence = static_cast<std::uint64_t>(request.target) & last_sequence;
    const auto in_file = static_cast<std::uint32_t>(static_cast<std::uint64_t>(request.target) >> sequence_bits);
    std::shared_ptr<Handler> found;
    {
        const std::scoped_lock lock{mutex_};
        for (const auto& handler : by_account_)
            if (handler && handler->account->number_in_file == in_file && !handler->is_removed) found = handler;
        if (!found) return;
        if (!found->in_backlog || sequence < found->read_from) return found->runner->drop(found->lane, sequence);
    }
    // Without the lock: a file that cannot be read has `release` called. Nothing else feeds the handler meanwhile.
    spool_.read(*found->account, sequence, 1, [&](const KeptDelivery& kept) {
        if (kept.sequence != sequence) return false;
        found->dropped.add();
        --found->pending;
        found->pending_bytes -= kept.size;
        spool_.remove(*found->account, sequence);
        return false;
    });
}

}  // namespace tocsin::core
