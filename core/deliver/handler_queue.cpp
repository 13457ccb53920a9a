#include "deliver/handler_queue.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace tocsin::core {

HandlerQueue::HandlerQueue(std::size_t most_submitted, const Backoff& backoff, bool keeps_latest)
    : most_submitted_{most_submitted}, backoff_{backoff}, keeps_latest_{keeps_latest} {}

void HandlerQueue::push(QueuedDelivery delivery, Ended& ended) {
    if (!keeps_latest_) {
        fresh_.push_back(std::move(delivery));
        return;
    }
    const EventId id{delivery.event()};
    if (const auto held = held_back_.find(id); held != held_back_.end()) {
        held->second.waiting.push_back(std::move(delivery));
        keep_latest(held->first, held->second, ended);
        return;
    }
    if (const auto older = latest_.find(id); older != latest_.end()) {
        auto* const place = older->second;
        latest_.erase(older);
        std::swap(*place, delivery);
        latest_.emplace(EventId{place->event()}, place);
        ended.replaced.push_back(std::move(delivery));
        return;
    }
    fresh_.push_back(std::move(delivery));
    latest_.emplace(EventId{fresh_.back().event()}, &fresh_.back());
}

void HandlerQueue::push_front(std::vector<QueuedDelivery> deliveries, Ended& ended) {
    auto newer = std::exchange(fresh_, {});
    latest_.clear();
    for (auto& delivery : deliveries) push(std::move(delivery), ended);
    for (auto& delivery : newer) push(std::move(delivery), ended);
}

/// Of what waits of one event id only the newest stays, with the delay that was earned.
void HandlerQueue::keep_latest(const EventId& id, HeldBack& held, Ended& ended) {
    if (!keeps_latest_) return;
    forget_due(id, held);
    if (const auto fresh = latest_.find(id); fresh != latest_.end()) {
        auto* const place = fresh->second;
        latest_.erase(fresh);
        held.waiting.push_back(std::exchange(*place, {}));
    }
    while (held.waiting.size() > 1) {
        ended.replaced.push_back(std::move(held.waiting.front()));
        held.waiting.pop_front();
    }
    held.failed = held.waiting.size();
    for (auto& delivery : held.waiting) delivery.failed = true;
    update_due(id, held);
}

template <class Which>
std::vector<QueuedDelivery> HandlerQueue::take_if(Which which) {
    std::vector<QueuedDelivery> taken;
    const auto take_from = [&](std::deque<QueuedDelivery>& queue) {
        for (auto& delivery : queue)
            if (delivery.entry && which(delivery)) taken.push_back(std::move(delivery));
        std::erase_if(queue, [](const QueuedDelivery& delivery) { return !delivery.entry; });
    };
    std::vector<EventId> touched;
    for (auto& [id, held] : held_back_) {
        const auto before = held.waiting.size();
        take_from(held.waiting);
        if (held.waiting.size() == before) continue;
        forget_due(id, held);
        held.failed = static_cast<std::size_t>(
            std::count_if(held.waiting.begin(), held.waiting.end(), [](const auto& one) { return one.failed; }));
        update_due(id, held);
        touched.push_back(id);
    }
    for (const auto& id : touched) let_go_if_over(id);
    take_from(again_);
    take_from(fresh_);
    index_fresh();
    std::stable_sort(taken.begin(), taken.end(),
                     [](const auto& a, const auto& b) { return a.event().sequence() < b.event().sequence(); });
    return taken;
}

void HandlerQueue::index_fresh() {
    latest_.clear();
    if (!keeps_latest_) return;
    for (auto& delivery : fresh_) latest_.insert_or_assign(EventId{delivery.event()}, &delivery);
}

std::vector<QueuedDelivery> HandlerQueue::take_received_before(std::int64_t time) {
    const auto is_older = [time](const QueuedDelivery& delivery) {
        return delivery.entry && delivery.entry->received < time;
    };
    const auto begins_older = [&](const auto& queue) { return !queue.empty() && is_older(queue.front()); };
    const auto has_older = [&](const auto& queue) { return std::any_of(queue.begin(), queue.end(), is_older); };
    const bool any = (keeps_latest_ ? has_older(fresh_) : begins_older(fresh_)) || has_older(again_) ||
                     std::any_of(held_back_.begin(), held_back_.end(),
                                 [&](const auto& held) { return begins_older(held.second.waiting); });
    return any ? take_if(is_older) : std::vector<QueuedDelivery>{};
}

std::vector<QueuedDelivery> HandlerQueue::take_waiting() {
    return take_if([](const QueuedDelivery&) { return true; });
}

std::optional<QueuedDelivery> HandlerQueue::take_waiting(std::uint64_t sequence) {
    auto taken = take_if([=](const QueuedDelivery& delivery) { return delivery.event().sequence() == sequence; });
    return taken.empty() ? std::nullopt : std::optional{std::move(taken.front())};
}

const QueuedDelivery* HandlerQueue::take(std::uint64_t ticket, Time now) {
    if (submitted_.size() >= most_submitted_) return nullptr;
    if (const auto* delivery = take_held_back(ticket, now)) return delivery;
    if (const auto* delivery = take_from(again_, ticket, now)) return delivery;
    return take_from(fresh_, ticket, now);
}

const QueuedDelivery* HandlerQueue::take_held_back(std::uint64_t ticket, Time now) {
    for (const auto& [not_before, id] : due_) {
        if (not_before > now) return nullptr;
        auto& [key, held] = *held_back_.find(id);
        if (superseded_before(id, held.waiting.front().event().sequence())) continue;
        forget_due(key, held);
        auto delivery = std::move(held.waiting.front());
        held.waiting.pop_front();
        if (delivery.failed) --held.failed;
        held.ticket = ticket;
        return submit(std::move(delivery), ticket, now);
    }
    return nullptr;
}

const QueuedDelivery* HandlerQueue::take_from(std::deque<QueuedDelivery>& queue, std::uint64_t ticket, Time now) {
    while (!queue.empty()) {
        auto delivery = std::move(queue.front());
        queue.pop_front();
        if (!delivery.entry) continue;
        if (!latest_.empty() && &queue == &fresh_) latest_.erase(EventId{delivery.event()});
        const auto held = held_back_.empty() ? held_back_.end() : held_back_.find(EventId{delivery.event()});
        if (held == held_back_.end()) return submit(std::move(delivery), ticket, now);
        held->second.waiting.push_back(std::move(delivery));
        update_due(held->first, held->second);
    }
    return nullptr;
}

const QueuedDelivery* HandlerQueue::submit(QueuedDelivery delivery, std::uint64_t ticket, Time now) {
    ++delivery.attempts;
    delivery.failed = false;
    ++open_;
    submitted_.push_back({ticket, State::open, now, std::move(delivery)});
    return &submitted_.back().delivery;
}

HandlerQueue::SubmittedList::const_iterator HandlerQueue::find(std::uint64_t ticket) const {
    const auto at =
        std::lower_bound(submitted_.begin(), submitted_.end(), ticket,
                         [](const Submitted& entry, std::uint64_t wanted) { return entry.ticket < wanted; });
    return at == submitted_.end() || at->ticket != ticket || at->state == State::held ? submitted_.end() : at;
}

bool HandlerQueue::is_open(std::uint64_t ticket) const { return find(ticket) != submitted_.end(); }

bool HandlerQueue::answer(std::uint64_t ticket, Answer answer, Time now, Ended& ended) {
    const auto found = find(ticket);
    if (found == submitted_.end()) return false;
    const auto at = submitted_.begin() + (found - submitted_.cbegin());
    --open_;
    const EventPtr event = at->delivery.entry->event;
    const EventId id{*event};
    const auto held = held_back_.empty() ? held_back_.end() : held_back_.find(id);
    if (held != held_back_.end() && held->second.ticket == ticket) {
        held->second.ticket = 0;
        update_due(held->first, held->second);
    }

    if (answer == Answer::rejected) {
        end(at, ended.dead);
    } else if (at->state == State::superseded) {
        at->delivery.failed = answer == Answer::retry;
        wait_again(held->second, at);
        update_due(held->first, held->second);
        keep_latest(held->first, held->second, ended);
    } else if (answer == Answer::retry) {
        hold_back(at, now);
        auto& [kept, waiting] = *held_back_.find(id);
        keep_latest(kept, waiting, ended);
        return true;
    } else if (older_is_open(at)) {
        at->state = State::held;
        ++held_;
        return true;
    } else {
        end(at, ended.delivered);
    }
    release_held(id, ended);
    let_go_if_over(id);
    return true;
}

bool HandlerQueue::superseded_before(const EventId& id, std::uint64_t sequence) const {
    return superseded_ != 0 && std::any_of(submitted_.begin(), submitted_.end(), [&](const Submitted& other) {
               return other.state == State::superseded && other.delivery.event().sequence() < sequence &&
                      EventId{other.delivery.event()} == id;
           });
}

bool HandlerQueue::older_is_open(SubmittedList::const_iterator at) const {
    const EventId id{at->delivery.event()};
    return std::any_of(submitted_.begin(), at, [&](const Submitted& older) {
        return older.state == State::open && EventId{older.delivery.event()} == id;
    });
}

void HandlerQueue::hold_back(SubmittedList::iterator at, Time now) {
    const EventPtr event = at->delivery.entry->event;
    const EventId of{*event};
    auto& [id, held] = *held_back_.try_emplace(KeptId{of}).first;
    forget_due(id, held);
    held.not_before = now + backoff_.after(at->delivery.attempts);
    at->delivery.failed = true;

    auto position = static_cast<std::size_t>(at - submitted_.begin());
    wait_again(held, at);
    while (position < submitted_.size()) {
        const auto newer = submitted_.begin() + static_cast<std::ptrdiff_t>(position);
        const bool same = EventId{newer->delivery.event()} == of;
        if (same && newer->state == State::held) {
            wait_again(held, newer);
            continue;
        }
        if (same && newer->state == State::open) {
            newer->state = State::superseded;
            ++superseded_;
            if (held.ticket == newer->ticket) held.ticket = 0;
        }
        ++position;
    }
    update_due(id, held);
}

void HandlerQueue::wait_again(HeldBack& held, SubmittedList::iterator at) {
    if (at->state == State::held) --held_;
    if (at->state == State::superseded) --superseded_;
    if (at->delivery.failed) ++held.failed;
    const auto newer = std::find_if(held.waiting.begin(), held.waiting.end(), [&](const QueuedDelivery& other) {
        return other.event().sequence() > at->delivery.event().sequence();
    });
    held.waiting.insert(newer, std::move(at->delivery));
    submitted_.erase(at);
}

void HandlerQueue::end(SubmittedList::iterator at, std::vector<QueuedDelivery>& where) {
    if (at->state == State::held) --held_;
    if (at->state == State::superseded) --superseded_;
    where.push_back(std::move(at->delivery));
    submitted_.erase(at);
}

void HandlerQueue::release_held(const EventId& id, Ended& ended) {
    for (std::size_t position = 0; held_ != 0 && position < submitted_.size();) {
        const auto at = submitted_.begin() + static_cast<std::ptrdiff_t>(position);
        const bool same = EventId{at->delivery.event()} == id;
        if (same && at->state == State::open) return;
        if (same && at->state == State::held)
            end(at, ended.delivered);
        else
            ++position;
    }
}

void HandlerQueue::let_go_if_over(const EventId& id) {
    if (held_back_.empty()) return;
    const auto held = held_back_.find(id);
    if (held == held_back_.end() || held->second.ticket != 0 || held->second.failed != 0) return;
    if (superseded_before(id, UINT64_MAX)) return;
    forget_due(held->first, held->second);
    auto& waiting = held->second.waiting;
    again_.insert(again_.begin(), std::make_move_iterator(waiting.begin()), std::make_move_iterator(waiting.end()));
    held_back_.erase(held);
}

std::int64_t HandlerQueue::oldest() const {
    auto oldest = std::numeric_limits<std::int64_t>::max();
    const auto look = [&](const QueuedDelivery& delivery) {
        if (delivery.entry) oldest = std::min(oldest, delivery.entry->received);
    };
    // In place of what it replaces, a newer event may stand before an older one of another id.
    if (keeps_latest_)
        std::for_each(fresh_.begin(), fresh_.end(), look);
    else if (!fresh_.empty())
        look(fresh_.front());
    std::for_each(again_.begin(), again_.end(), look);
    for (const auto& submitted : submitted_) look(submitted.delivery);
    for (const auto& [id, held] : held_back_)
        if (!held.waiting.empty()) look(held.waiting.front());
    return oldest == std::numeric_limits<std::int64_t>::max() ? 0 : oldest;
}

std::vector<std::uint64_t> HandlerQueue::unanswered_since(Time then) const {
    std::vector<std::uint64_t> tickets;
    for (const auto& entry : submitted_) {
        if (entry.since >= then) break;
        if (entry.state != State::held) tickets.push_back(entry.ticket);
    }
    return tickets;
}

void HandlerQueue::retry_now() {
    for (auto& [id, held] : held_back_) {
        forget_due(id, held);
        held.not_before = Time::min();
        update_due(id, held);
    }
}

std::optional<Time> HandlerQueue::next_due() const {
    return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
}

void HandlerQueue::update_due(const EventId& id, HeldBack& held) {
    if (held.is_due || held.ticket != 0 || held.waiting.empty()) return;
    due_.emplace(held.not_before, id);
    held.is_due = true;
}

void HandlerQueue::forget_due(const EventId& id, HeldBack& held) {
    if (!held.is_due) return;
    due_.erase({held.not_before, id});
    held.is_due = false;
}

}  // namespace tocsin::core
