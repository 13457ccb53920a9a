#include "deliver/sink_runner.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t batch = 64;
constexpr auto first_wait = std::chrono::milliseconds{100};
constexpr auto longest_wait = std::chrono::seconds{30};
constexpr auto answer_timeout = std::chrono::minutes{2};
constexpr auto check_interval = std::chrono::seconds{1};

/// A ticket carries its handler's number in its lower bits, so that an answer finds it at once.
constexpr unsigned handler_bits = 20;
std::uint64_t ticket_for(std::uint64_t attempt, std::size_t handler) { return attempt << handler_bits | handler; }
std::size_t handler_of(std::uint64_t ticket) { return ticket & ((std::uint64_t{1} << handler_bits) - 1); }

HandlerQueue::Answer answer_of(std::uint32_t outcome) {
    switch (outcome) {
        case TOCSIN_DELIVERED: return HandlerQueue::Answer::delivered;
        case TOCSIN_REJECTED: return HandlerQueue::Answer::rejected;
        default: return HandlerQueue::Answer::retry;
    }
}

void log_limited(LogLimit& limit, std::string_view message, const Handler& handler, std::string_view event_id,
                 std::string_view reason) {
    if (const auto left_out = limit.pass())
        log::warning(message, {{"handler", handler.id},
                               {"topic", handler.topic},
                               {"event", event_id},
                               {"reason", reason},
                               {"lines_left_out", *left_out}});
}

}  // namespace

SinkRunner::SinkRunner(std::unique_ptr<SinkInstance> sink) : sink_{std::move(sink)} {}

SinkRunner::~SinkRunner() = default;

std::size_t SinkRunner::add(std::string topic, std::string id, void* binding,
                            std::vector<std::optional<Payload>> rendered) {
    const auto number = handlers_.size();
    const Backoff backoff{first_wait, longest_wait, static_cast<std::uint32_t>(number + 1)};
    handlers_.push_back(
        std::make_unique<Handler>(std::move(topic), std::move(id), binding, std::move(rendered), backoff));
    is_ready_.push_back(false);
    return number;
}

void SinkRunner::start(WakeAt wake_at) {
    wake_at_ = std::move(wake_at);
    max_in_flight_ = sink_->max_in_flight();
    sink_->start(*this);
    wake();
}

void SinkRunner::push(std::size_t number, const EventPtr& event, const ReceiptPtr& receipt) {
    auto& handler = *handlers_[number];
    handler.created.add();
    if (handler.pending.fetch_add(1) >= quota_) {
        --handler.pending;
        handler.dropped.add();
        log_limited(handler.dropped_lines, "delivery refused", handler, event->id(), "the handler is at its quota");
        if (receipt) receipt->one_ended();
        return;
    }
    ++pending_;
    const std::scoped_lock lock{inbox_mutex_};
    inbox_.pushed.push_back({number, {event, receipt}});
}

void SinkRunner::answered(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) {
    {
        const std::scoped_lock lock{inbox_mutex_};
        inbox_.answered.push_back({ticket, outcome, std::string{reason}});
    }
    wake_soon();
}

void SinkRunner::may_take(std::uint32_t count) {
    {
        const std::scoped_lock lock{inbox_mutex_};
        inbox_.may_take = count;
    }
    wake_soon();
}

void SinkRunner::wake() {
    if (!woken_.exchange(true)) sink_->run([this] { step(); });
}

void SinkRunner::wake_soon() {
    if (!woken_soon_.exchange(true)) sink_->post([this] { step(); });
}

void SinkRunner::step() {
    woken_ = false;
    woken_soon_ = false;
    const auto now = std::chrono::steady_clock::now();
    Inbox inbox;
    {
        const std::scoped_lock lock{inbox_mutex_};
        std::swap(inbox, inbox_);
    }
    take_in(std::move(inbox), now);
    if (stopping_) return;
    if (now >= next_check_) give_up_on_missing_answers(now);
    wake_held_back(now);
    submit_what_may_go(now);
    arm_timer(now);
}

void SinkRunner::take_in(Inbox inbox, Time now) {
    for (auto& [handler, delivery] : inbox.pushed) {
        handlers_[handler]->queue.push(std::move(delivery));
        mark_ready(handler);
    }
    for (const auto& [ticket, outcome, reason] : inbox.answered) settle(ticket, answer_of(outcome), reason, now);
    if (inbox.may_take) {
        if (max_in_flight_ == 0)
            for (std::size_t i = 0; i < handlers_.size(); ++i) {
                handlers_[i]->queue.retry_now();
                mark_ready(i);
            }
        max_in_flight_ = *inbox.may_take;
    }
}

void SinkRunner::settle(std::uint64_t ticket, HandlerQueue::Answer answer, std::string_view reason, Time now) {
    const auto number = handler_of(ticket);
    Ended ended;
    if (number >= handlers_.size() || !handlers_[number]->queue.answer(ticket, answer, now, ended)) {
        stray_answers_.add();
        if (given_up_.erase(ticket) != 0) --open_;
        return;
    }
    auto& handler = *handlers_[number];
    --open_;
    if (answer == HandlerQueue::Answer::retry) {
        handler.retried.add();
        if (const auto left_out = handler.retry_lines.pass())
            log::warning("delivery failed, it is tried again", {{"handler", handler.id},
                                                                {"topic", handler.topic},
                                                                {"kind", sink_->kind()},
                                                                {"name", sink_->name()},
                                                                {"reason", reason},
                                                                {"lines_left_out", *left_out}});
        if (std::find(holding_back_.begin(), holding_back_.end(), number) == holding_back_.end())
            holding_back_.push_back(number);
    }
    count_ended(handler, ended, reason);
    mark_ready(number);
}

void SinkRunner::count_ended(Handler& handler, const Ended& ended, std::string_view reason) {
    handler.delivered.add(ended.delivered.size());
    handler.dead.add(ended.dead.size());
    const auto count = ended.delivered.size() + ended.dead.size();
    handler.pending -= count;
    pending_ -= count;
    for (const auto& delivery : ended.dead)
        log_limited(handler.dead_lines, "dead letter", handler, delivery.event->id(), reason);
    for (const auto* list : {&ended.delivered, &ended.dead})
        for (const auto& delivery : *list)
            if (delivery.receipt) delivery.receipt->one_ended();
}

void SinkRunner::give_up_on_missing_answers(Time now) {
    next_check_ = now + check_interval;
    for (const auto& handler : handlers_)
        for (const auto ticket : handler->queue.unanswered_since(now - answer_timeout)) {
            settle(ticket, HandlerQueue::Answer::retry, "the sink has not answered for two minutes", now);
            given_up_.insert(ticket);
            ++open_;
        }
}

void SinkRunner::submit_what_may_go(Time now) {
    std::vector<HostedDelivery*> made;
    do {
        made.clear();
        while (made.size() < batch && open_ < max_in_flight_) {
            auto* delivery = next(now);
            if (delivery == nullptr) break;
            made.push_back(delivery);
        }
        if (made.empty()) return;
        const std::vector<const tocsin_delivery*> deliveries{made.begin(), made.end()};
        sink_->submit(deliveries);
        for (auto* delivery : made) delivery->release();
    } while (true);
}

HostedDelivery* SinkRunner::next(Time now) {
    while (!ready_.empty()) {
        const auto number = ready_.front();
        ready_.pop_front();
        is_ready_[number] = false;
        auto& handler = *handlers_[number];
        const auto ticket = ticket_for(++attempts_, number);
        const auto* delivery = handler.queue.take(ticket, now);
        if (delivery == nullptr) continue;
        ++open_;
        mark_ready(number);
        std::string fault;
        auto values = handler.render(*delivery->event, fault);
        if (fault.empty())
            return HostedDelivery::make(delivery->event, std::move(values), handler.binding, ticket,
                                        delivery->attempts);
        settle(ticket, HandlerQueue::Answer::rejected, fault, now);
    }
    return nullptr;
}

void SinkRunner::mark_ready(std::size_t handler) {
    if (is_ready_[handler]) return;
    is_ready_[handler] = true;
    ready_.push_back(handler);
}

void SinkRunner::wake_held_back(Time now) {
    std::erase_if(holding_back_, [&](std::size_t number) { return !handlers_[number]->queue.holds_back(); });
    for (const auto number : holding_back_)
        if (const auto due = handlers_[number]->queue.next_due(); due && *due <= now) mark_ready(number);
}

void SinkRunner::arm_timer(Time now) {
    if (armed_ <= now) armed_ = Time::max();
    auto due = open_ == 0 ? Time::max() : next_check_;
    if (max_in_flight_ != 0)
        for (const auto number : holding_back_)
            if (const auto next = handlers_[number]->queue.next_due(); next && *next > now) due = std::min(due, *next);
    if (due >= armed_) return;
    armed_ = due;
    wake_at_(due);
}

bool SinkRunner::stop(std::chrono::nanoseconds timeout) {
    stopping_ = true;
    return sink_->stop(timeout);
}

}  // namespace tocsin::core
