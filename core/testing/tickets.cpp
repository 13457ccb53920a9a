#include "testing/tickets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t batch = 64;

std::string_view name_of_outcome(std::uint32_t outcome) {
    switch (outcome) {
        case TOCSIN_DELIVERED: return "delivered";
        case TOCSIN_REJECTED: return "rejected";
        default: return "retry";
    }
}

}  // namespace

Tickets::~Tickets() {
    for (const auto& [delivery, held] : held_) HostedDelivery::from(delivery).release();
}

void Tickets::set_max_in_flight(std::uint32_t count) {
    const std::scoped_lock lock{mutex_};
    max_in_flight_ = count;
}

std::uint64_t Tickets::add(Attempt&& attempt, State state) {
    const auto ticket = static_cast<std::uint64_t>(tickets_.size() + 1);
    tickets_.emplace(ticket, Ticket{std::move(attempt), state, 0, TOCSIN_REJECTED});
    return ticket;
}

std::uint64_t Tickets::add(Attempt attempt) {
    const std::scoped_lock lock{mutex_};
    waiting_.push_back(add(std::move(attempt), State::waiting));
    return waiting_.back();
}

std::uint64_t Tickets::add_rejected(Attempt attempt, std::string reason) {
    const std::scoped_lock lock{mutex_};
    const auto ticket = add(std::move(attempt), State::ended);
    answers_.push_back({ticket, TOCSIN_REJECTED, std::move(reason), true});
    return ticket;
}

std::optional<Tickets::Attempt> Tickets::ended_attempt(std::uint64_t ticket) const {
    const std::scoped_lock lock{mutex_};
    const auto found = tickets_.find(ticket);
    if (found == tickets_.end()) return std::nullopt;
    const auto state = found->second.state;
    if (state != State::ended && state != State::given_up) return std::nullopt;
    return found->second.attempt;
}

const tocsin_delivery* Tickets::open(std::uint64_t number, std::int64_t now) {
    auto& ticket = tickets_.at(number);
    ticket.state = State::open;
    ticket.since = now;
    ++open_;
    const auto& attempt = ticket.attempt;
    const tocsin_delivery* delivery =
        HostedDelivery::make(attempt.event, attempt.values, attempt.binding, number, attempt.number);
    held_.emplace(delivery, Held{number});
    return delivery;
}

std::vector<const tocsin_delivery*> Tickets::take(std::int64_t now) {
    const std::scoped_lock lock{mutex_};
    std::vector<const tocsin_delivery*> taken;
    while (!waiting_.empty() && open_ < max_in_flight_ && taken.size() < batch) {
        taken.push_back(open(waiting_.front(), now));
        waiting_.pop_front();
    }
    return taken;
}

const tocsin_delivery* Tickets::take(std::uint64_t ticket, std::int64_t now) {
    const std::scoped_lock lock{mutex_};
    std::erase(waiting_, ticket);
    return open(ticket, now);
}

bool Tickets::can_take() const {
    const std::scoped_lock lock{mutex_};
    return !waiting_.empty() && open_ < max_in_flight_;
}

void Tickets::submitted(const std::vector<const tocsin_delivery*>& deliveries) {
    const std::scoped_lock lock{mutex_};
    for (const auto* delivery : deliveries) {
        const auto found = held_.find(delivery);
        found->second.by_host = false;
        let_go_if_free(found);
    }
}

void Tickets::let_go_if_free(HeldMap::iterator at) {
    if (at->second.by_host || at->second.by_sink != 0) return;
    HostedDelivery::from(at->first).release();
    held_.erase(at);
}

void Tickets::check(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) {
    if (outcome > TOCSIN_REJECTED)
        records_.violate(fmt::format("ack: {} is no outcome, ticket {} counts as retry", outcome, ticket));
    if (reason.find_first_of("\r\n") != std::string_view::npos)
        records_.violate(fmt::format("ack: the reason for ticket {} is more than one line", ticket));
    if (outcome == TOCSIN_DELIVERED && !reason.empty())
        records_.violate(fmt::format("ack: ticket {} is delivered and has a reason", ticket));
    records_.check_for_secrets(fmt::format("the reason for ticket {}", ticket), reason);
}

void Tickets::answer(std::uint64_t number, std::uint32_t outcome, std::string_view reason) {
    check(number, outcome, reason);
    if (outcome > TOCSIN_REJECTED) outcome = TOCSIN_RETRY;
    const std::scoped_lock lock{mutex_};
    const auto found = tickets_.find(number);
    if (found == tickets_.end() || found->second.state == State::waiting) {
        records_.violate(fmt::format("ack: the sink was given no ticket {}", number));
        return;
    }
    auto& ticket = found->second;
    switch (ticket.state) {
        case State::waiting: break;
        case State::ended:
            records_.violate(fmt::format("ack: ticket {} was answered twice, {} and then {}", number,
                                         name_of_outcome(ticket.outcome), name_of_outcome(outcome)));
            return;
        case State::given_up:
            records_.violate(fmt::format("ack: ticket {} was answered after it had been given up", number));
            ticket.state = State::ended;
            ticket.outcome = outcome;
            --open_;
            return;
        case State::open:
            ticket.state = State::ended;
            ticket.outcome = outcome;
            --open_;
            answers_.push_back({number, outcome, std::string{reason}, false});
            return;
    }
}

void Tickets::retain(const tocsin_delivery* delivery) {
    const std::scoped_lock lock{mutex_};
    const auto found = held_.find(delivery);
    if (found == held_.end())
        records_.violate("retain: the delivery is gone, it was neither in submit nor retained");
    else
        ++found->second.by_sink;
}

void Tickets::release(const tocsin_delivery* delivery) {
    const std::scoped_lock lock{mutex_};
    const auto found = held_.find(delivery);
    if (found == held_.end() || found->second.by_sink == 0) {
        records_.violate("release: the sink does not retain this delivery");
        return;
    }
    --found->second.by_sink;
    let_go_if_free(found);
}

void Tickets::give_up(std::int64_t now) {
    const std::scoped_lock lock{mutex_};
    for (auto& [number, ticket] : tickets_) {
        if (ticket.state != State::open || now - ticket.since < answer_timeout_of_contract) continue;
        ticket.state = State::given_up;
        answers_.push_back({number, TOCSIN_RETRY, "the sink has not answered for two minutes", true});
        records_.violate(fmt::format("ticket {} was not answered within two minutes", number));
    }
}

void Tickets::end() {
    const std::scoped_lock lock{mutex_};
    for (const auto& [number, ticket] : tickets_)
        if (ticket.state == State::open)
            records_.violate(fmt::format("stop: ticket {} had no answer when it returned", number));
    for (const auto& [delivery, held] : held_)
        if (held.by_sink != 0)
            records_.violate(
                fmt::format("stop: the delivery of ticket {} was still retained when it returned", held.ticket));
}

const Tickets::Answer* Tickets::answer_at(std::size_t index) const {
    const std::scoped_lock lock{mutex_};
    return index < answers_.size() ? &answers_[index] : nullptr;
}

Tickets::Numbers Tickets::numbers() const {
    const std::scoped_lock lock{mutex_};
    const auto held =
        std::count_if(held_.begin(), held_.end(), [](const auto& entry) { return entry.second.by_sink != 0; });
    return {open_, static_cast<std::size_t>(held), waiting_.size(), max_in_flight_};
}

}  // namespace tocsin::core
