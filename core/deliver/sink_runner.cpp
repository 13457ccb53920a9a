#include "deliver/sink_runner.hpp"

#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t batch = 64;
constexpr auto first_wait_for_instance = std::chrono::seconds{1};
constexpr auto longest_wait_for_instance = std::chrono::minutes{5};
constexpr std::size_t most_stuck = 4;
constexpr auto check_interval = std::chrono::seconds{1};

/// A ticket carries its lane's number in its lower bits, so that an answer finds it at once.
constexpr unsigned lane_bits = 20;
std::uint64_t ticket_for(std::uint64_t attempt, std::size_t lane) { return attempt << lane_bits | lane; }
std::size_t lane_of(std::uint64_t ticket) { return ticket & ((std::uint64_t{1} << lane_bits) - 1); }

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

/// Threads that nobody waits for may still be in there.
void never_destroy(std::unique_ptr<SinkInstance> instance) {
    static std::mutex mutex;
    static auto& kept = *new std::vector<std::unique_ptr<SinkInstance>>;
    const std::scoped_lock lock{mutex};
    kept.push_back(std::move(instance));
}

}  // namespace

SinkRunner::SinkRunner(std::unique_ptr<SinkInstance> sink)
    : kind_{sink->kind()},
      name_{sink->name()},
      owned_{std::move(sink)},
      sink_{owned_.get()},
      instance_wait_{first_wait_for_instance, longest_wait_for_instance, 1} {}

SinkRunner::~SinkRunner() {
    // Its strand's last task works on the members that would go before it.
    sink_ = nullptr;
    owned_.reset();
}

std::size_t SinkRunner::add(std::shared_ptr<Handler> handler, LanePlan plan) {
    owned_->bind(plan.options);
    const auto number = lanes_.size();
    if (plan.expiry.count() != 0) expires_ = true;
    lanes_.push_back(std::make_unique<Lane>(std::move(handler), std::move(plan), number));
    lanes_.back()->binding = number;
    is_ready_.push_back(false);
    attached_ = lanes_.size();
    ++lane_count_;
    return number;
}

void SinkRunner::start(WakeAt wake_at, std::function<void()> has_room) {
    wake_at_ = std::move(wake_at);
    has_room_ = std::move(has_room);
    max_in_flight_ = owned_->max_in_flight();
    owned_->start(*this);
    is_at_work_ = true;
    started_ = true;
    wake();
}

void SinkRunner::start_later() {
    const std::scoped_lock lock{watch_mutex_};
    {
        const std::scoped_lock inbox_lock{inbox_mutex_};
        sink_ = nullptr;
    }
    next_instance_at_ = std::chrono::steady_clock::now() + instance_wait_.after(++failures_in_a_row_);
    started_ = true;
}

void SinkRunner::watch(Time now) {
    const std::scoped_lock lock{watch_mutex_};
    if (stopping_) return;
    auto* sink = sink_.load();
    if (sink == nullptr) {
        if (now >= next_instance_at_)
            make_next(now);
        else
            take_in_all(now);
    } else if (still_stuck() < most_stuck) {
        told_stuck_ = false;
        if (sink->condemn(now, limits_.call)) condemn(now);
    } else if (!told_stuck_ && sink->hangs(now, limits_.call)) {
        told_stuck_ = true;
        log::error("the sink hangs in too many calls: nothing is sent through it until one returns",
                   {{"kind", kind_}, {"name", name_}, {"calls", most_stuck}});
    }
}

std::size_t SinkRunner::still_stuck() const {
    return static_cast<std::size_t>(std::count_if(abandoned_.begin(), abandoned_.end(),
                                                  [](const auto* instance) { return !instance->came_back(); }));
}

void SinkRunner::condemn(Time now) {
    counts_->condemned.add();
    log::error("the sink hangs in a call and is given up, what is open goes to a new instance",
               {{"kind", kind_}, {"name", name_}, {"limit", duration_text(limits_.call.count())}});
    abandoned_.push_back(owned_.get());
    never_destroy(std::move(owned_));
    {
        const std::scoped_lock lock{inbox_mutex_};
        sink_ = nullptr;
    }
    take_in_all(now);
    for (const auto& lane : lanes_)
        if (lane) retry_open(lane->queue.unanswered_since(Time::max()), "the sink hangs in a call", now);
    given_up_.clear();
    open_ = 0;
    next_instance_at_ = now + instance_wait_.after(++failures_in_a_row_);
}

void SinkRunner::make_next(Time now) {
    std::unique_ptr<SinkInstance> made;
    try {
        made = (owned_ ? *owned_ : *abandoned_.back()).successor();
    } catch (const std::system_error& error) {
        log::error("sink could not be made again", {{"kind", kind_}, {"name", name_}, {"reason", error.what()}});
        next_instance_at_ = now + instance_wait_.after(++failures_in_a_row_);
        return;
    }
    if (owned_) never_destroy(std::move(owned_));
    owned_ = std::move(made);
    auto& next = *owned_;
    is_at_work_ = false;
    {
        const std::scoped_lock lock{inbox_mutex_};
        inbox_.may_take.reset();
        sink_ = &next;
    }
    next.run([this, &next] { begin(next); });
}

/// On the strand of `next`.
void SinkRunner::begin(SinkInstance& next) {
    max_in_flight_ = next.max_in_flight();
    armed_ = Time::max();
    switch (next.begin(*this)) {
        case SinkInstance::Begun::condemned: return;
        case SinkInstance::Begun::failed:
            next_instance_at_ = std::chrono::steady_clock::now() + instance_wait_.after(++failures_in_a_row_);
            sink_ = nullptr;
            return;
        case SinkInstance::Begun::yes: is_at_work_ = true;
    }
    log::info("a new instance of the sink is at work", {{"kind", kind_}, {"name", name_}});
    retry_now();
    step();
}

void SinkRunner::push(std::size_t lane, QueuedDelivery delivery) {
    const std::scoped_lock lock{inbox_mutex_};
    inbox_.pushed.push_back({lane, std::move(delivery)});
}

void SinkRunner::answered(const SinkInstance& from, std::uint64_t ticket, std::uint32_t outcome,
                          std::string_view reason) {
    {
        const std::scoped_lock lock{inbox_mutex_};
        if (&from != sink_.load()) return;
        inbox_.answered.push_back({ticket, outcome, std::string{reason}});
    }
    if (settles_.exchange(true)) return;
    if (auto* sink = sink_.load()) sink->run_alone([this] { settle_answers(); });
}

void SinkRunner::may_take(const SinkInstance& from, std::uint32_t count) {
    {
        const std::scoped_lock lock{inbox_mutex_};
        if (&from != sink_.load()) return;
        inbox_.may_take = count;
    }
    wake_soon();
}

void SinkRunner::wake() {
    if (!started_) return;
    if (woken_.exchange(true)) return;
    if (auto* sink = sink_.load()) sink->run([this] { step(); });
}

void SinkRunner::wake_soon() {
    if (!started_) return;
    if (woken_soon_.exchange(true)) return;
    if (auto* sink = sink_.load()) sink->post([this] { step(); });
}

void SinkRunner::step() {
    woken_ = false;
    woken_soon_ = false;
    settles_ = false;
    if (left_) return;
    const auto now = std::chrono::steady_clock::now();
    take_in_all(now);
    if (stopping_ || !is_at_work_ || !bind_and_unbind()) return;
    if (now >= next_check_) give_up_on_missing_answers(now);
    if (std::exchange(looks_for_expired_, false)) end_expired();
    wake_held_back(now);
    if (!submit_what_may_go(now)) return;
    arm_timer(now);
}

void SinkRunner::take_in_all(Time now) {
    {
        const std::scoped_lock lock{inbox_mutex_};
        std::swap(taken_, inbox_);
    }
    take_in(now);
    leave_all_settled();
}

void SinkRunner::settle_answers() {
    settles_ = false;
    if (left_) return;
    {
        const std::scoped_lock lock{inbox_mutex_};
        std::swap(taken_answers_, inbox_.answered);
    }
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [ticket, outcome, reason] : taken_answers_) settle(ticket, answer_of(outcome), reason, now);
    taken_answers_.clear();
    const bool may_submit = !ready_.empty() && open_ < max_in_flight_;
    if (may_submit || !leaving_.empty() || !holding_back_.empty()) wake_soon();
}

void SinkRunner::take_in(Time now) {
    auto task = taken_.tasks.begin();
    for (std::size_t i = 0; i < taken_.pushed.size(); ++i) {
        for (; task != taken_.tasks.end() && task->after <= i; ++task) task->run();
        auto& [number, delivery] = taken_.pushed[i];
        auto& lane = *lanes_[number];
        Ended ended;
        lane.queue.push(std::move(delivery), ended);
        if (!ended.replaced.empty()) count_ended(lane, ended, {});
        mark_ready(number);
    }
    for (; task != taken_.tasks.end(); ++task) task->run();
    for (const auto& [ticket, outcome, reason] : taken_.answered) settle(ticket, answer_of(outcome), reason, now);
    if (taken_.may_take) {
        if (max_in_flight_ == 0) retry_now();
        max_in_flight_ = *taken_.may_take;
    }
    taken_.tasks.clear();
    taken_.pushed.clear();
    taken_.answered.clear();
    taken_.may_take.reset();
}

void SinkRunner::retry_now() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (!lanes_[i]) continue;
        lanes_[i]->queue.retry_now();
        mark_ready(i);
    }
}

void SinkRunner::settle(std::uint64_t ticket, HandlerQueue::Answer answer, std::string_view reason, Time now) {
    const auto number = lane_of(ticket);
    Ended ended;
    if (number >= lanes_.size() || !lanes_[number] || !lanes_[number]->queue.answer(ticket, answer, now, ended)) {
        note_stray(ticket);
        return;
    }
    auto& lane = *lanes_[number];
    auto& handler = *lane.handler;
    --open_;
    if (answer == HandlerQueue::Answer::delivered) failures_in_a_row_ = 0;
    if (answer == HandlerQueue::Answer::retry) {
        handler.retried.add();
        if (const auto left_out = handler.retry_lines.pass())
            log::warning("delivery failed, it is tried again", {{"handler", handler.id},
                                                                {"topic", handler.topic},
                                                                {"kind", kind_},
                                                                {"name", name_},
                                                                {"reason", reason},
                                                                {"lines_left_out", *left_out}});
        if (std::find(holding_back_.begin(), holding_back_.end(), number) == holding_back_.end())
            holding_back_.push_back(number);
    }
    count_ended(lane, ended, reason);
    if (lane.when_left)
        leaving_.push_back(number);
    else if (lane.queue.has_waiting())
        mark_ready(number);
}

void SinkRunner::leave_all_settled() {
    for (const auto number : std::exchange(leaving_, {}))
        if (lanes_[number] && lanes_[number]->when_left) leave_if_settled(number);
}

void SinkRunner::note_stray(std::uint64_t ticket) {
    counts_->stray_answers.add();
    const bool late = given_up_.erase(ticket) != 0;
    if (late) --open_;
    if (const auto left_out = stray_lines_.pass())
        log::warning(late ? "the sink answers a delivery too late: it has been submitted again"
                          : "the sink answers a delivery that is not open: it has answered it twice or very late, or "
                            "never got it",
                     {{"kind", kind_}, {"name", name_}, {"lines_left_out", *left_out}});
}

void SinkRunner::retry_open(std::span<const std::uint64_t> tickets, std::string_view reason, Time now) {
    for (const auto ticket : tickets)
        if (const auto& lane = lanes_[lane_of(ticket)]; lane && lane->queue.is_open(ticket))
            settle(ticket, HandlerQueue::Answer::retry, reason, now);
}

void SinkRunner::count_ended(Lane& lane, Ended& ended, std::string_view reason) {
    auto& handler = *lane.handler;
    for (const auto& delivery : ended.dead)
        log_limited(handler.dead_lines, "dead letter", handler, delivery.event().id(), reason);
    const auto clock = ended.delivered.empty() ? 0 : wall_clock();
    for (const auto& delivery : ended.delivered)
        counts_->confirmed.record(std::chrono::nanoseconds{clock - delivery.entry->received});
    end_all(handler, ended.delivered, Outcome::delivered, {});
    end_all(handler, ended.dead, Outcome::dead, reason);
    handler.replaced.add(ended.replaced.size());
    end_all(handler, ended.replaced, Outcome::dropped, {});
    if (has_room_ && handler.in_backlog && handler.in_memory < handler.most_in_memory / 2) has_room_();
}

void SinkRunner::give_up_on_missing_answers(Time now) {
    next_check_ = now + check_interval;
    const auto reason = "the sink has not answered within " + duration_text(limits_.answer.count());
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (!lanes_[i]) continue;
        for (const auto ticket : lanes_[i]->queue.unanswered_since(now - limits_.answer)) {
            settle(ticket, HandlerQueue::Answer::retry, reason, now);
            given_up_.insert(ticket);
            ++open_;
        }
    }
    if (given_up_.empty() || max_in_flight_ == 0 || given_up_.size() < max_in_flight_) return;
    if (const auto left_out = lost_lines_.pass())
        log::error("the sink owes as many answers as it takes deliveries at a time: they are no longer waited for",
                   {{"kind", kind_}, {"name", name_}, {"answers", given_up_.size()}, {"lines_left_out", *left_out}});
    open_ -= given_up_.size();
    given_up_.clear();
}

/// False when the instance was condemned: then everything here belongs to somebody else.
bool SinkRunner::submit_what_may_go(Time now) {
    auto& sink = *sink_.load();
    while (true) {
        std::array<const tocsin_delivery*, batch> made;
        std::size_t count = 0;
        while (count < batch && open_ < max_in_flight_) {
            auto* delivery = next(now);
            if (delivery == nullptr) break;
            made[count++] = delivery;
        }
        if (count == 0) return true;
        const std::span deliveries{made.data(), count};
        const auto submitted = sink.submit(deliveries);
        std::vector<std::uint64_t> failed;
        if (submitted == SinkInstance::Submitted::failed)
            for (const auto* delivery : deliveries) failed.push_back(delivery->ticket);
        for (const auto* delivery : deliveries) HostedDelivery::from(delivery).release();
        if (submitted == SinkInstance::Submitted::condemned) return false;
        if (failed.empty()) continue;
        take_in_all(now);
        retry_open(failed, "the sink has thrown an exception", now);
    }
}

HostedDelivery* SinkRunner::next(Time now) {
    while (!ready_.empty()) {
        const auto number = ready_.front();
        ready_.pop_front();
        is_ready_[number] = false;
        if (!lanes_[number] || lanes_[number]->waits || lanes_[number]->is_unbound) continue;
        auto& lane = *lanes_[number];
        const auto ticket = ticket_for(++attempts_, number);
        const auto* delivery = lane.queue.take(ticket, now);
        if (delivery == nullptr) continue;
        ++open_;
        mark_ready(number);
        if (is_expired(lane, *delivery->entry)) {
            lane.handler->expired.add();
            settle(ticket, HandlerQueue::Answer::rejected, expired, now);
            continue;
        }
        std::string fault;
        auto* binding = sink_.load()->binding(lane.binding);
        auto values = lane.render(delivery->event(), fault);
        if (fault.empty() && delivery->attempts == 1)
            counts_->sent.record(std::chrono::nanoseconds{wall_clock() - delivery->entry->received});
        if (fault.empty())
            return HostedDelivery::make(delivery->entry->event, std::move(values), binding, ticket, delivery->attempts);
        settle(ticket, HandlerQueue::Answer::rejected, fault, now);
    }
    return nullptr;
}

void SinkRunner::mark_ready(std::size_t lane) {
    if (is_ready_[lane]) return;
    is_ready_[lane] = true;
    ready_.push_back(lane);
}

void SinkRunner::wake_held_back(Time now) {
    std::erase_if(holding_back_,
                  [&](std::size_t number) { return !lanes_[number] || !lanes_[number]->queue.holds_back(); });
    for (const auto number : holding_back_)
        if (const auto due = lanes_[number]->queue.next_due(); due && *due <= now) mark_ready(number);
}

void SinkRunner::arm_timer(Time now) {
    if (armed_ <= now) armed_ = Time::max();
    auto due = open_ == 0 ? Time::max() : next_check_;
    if (max_in_flight_ != 0)
        for (const auto number : holding_back_)
            if (const auto next = lanes_[number] ? lanes_[number]->queue.next_due() : std::nullopt; next && *next > now)
                due = std::min(due, *next);
    if (due >= armed_) return;
    armed_ = due;
    wake_at_(due);
}

bool SinkRunner::stop(std::chrono::nanoseconds timeout) {
    stopping_ = true;
    SinkInstance* sink = nullptr;
    {
        const std::scoped_lock lock{watch_mutex_};
        sink = sink_.load();
    }
    const bool stopped = sink == nullptr || sink->stop(timeout);
    has_stopped_ = stopped;
    return still_stuck() == 0 && stopped;
}

}  // namespace tocsin::core
