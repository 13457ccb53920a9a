#include "base/wall_clock.hpp"
#include "deliver/sink_runner.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::core {

std::size_t SinkRunner::attach(std::shared_ptr<Handler> handler, LanePlan plan, bool waits) {
    std::size_t number = 0;
    {
        const std::scoped_lock lock{inbox_mutex_};
        if (free_lanes_.empty()) {
            number = attached_++;
        } else {
            number = free_lanes_.back();
            free_lanes_.pop_back();
        }
    }
    ++lane_count_;
    if (plan.expiry.count() != 0) expires_ = true;
    auto lane =
        std::make_shared<std::unique_ptr<Lane>>(std::make_unique<Lane>(std::move(handler), std::move(plan), number));
    on_lanes([this, number, lane, waits] {
        if (lanes_.size() <= number) {
            lanes_.resize(number + 1);
            is_ready_.resize(number + 1);
        }
        lanes_[number] = std::move(*lane);
        lanes_[number]->is_unbound = true;
        lanes_[number]->waits = waits;
        to_bind_.push_back(number);
    });
    return number;
}

/// False when the instance was condemned: then everything here belongs to somebody else.
bool SinkRunner::bind_and_unbind() {
    auto& sink = *sink_.load();
    while (!to_unbind_.empty()) {
        const auto binding = to_unbind_.back();
        to_unbind_.pop_back();
        if (!sink.unbind(binding)) return false;
    }
    while (!to_bind_.empty()) {
        const auto number = to_bind_.back();
        auto* const lane = lanes_[number].get();
        if (lane != nullptr && lane->is_unbound) {
            std::size_t binding = 0;
            const auto bound = sink.bind_more(lane->plan.options, binding);
            if (bound == SinkInstance::Bound::condemned) return false;
            if (bound == SinkInstance::Bound::yes) {
                lane->binding = binding;
                lane->is_unbound = false;
                mark_ready(number);
            }
        }
        to_bind_.pop_back();
    }
    return true;
}

void SinkRunner::close(std::size_t number, std::function<void(std::vector<QueuedDelivery>)> when_left) {
    on_lanes([this, number, when_left = std::move(when_left)]() mutable {
        lanes_[number]->when_left = std::move(when_left);
        leaving_.push_back(number);
    });
}

void SinkRunner::leave_if_settled(std::size_t number) {
    auto& lane = *lanes_[number];
    for (auto& delivery : lane.queue.take_waiting()) lane.left.push_back(std::move(delivery));
    if (!lane.queue.is_settled()) return;
    std::stable_sort(lane.left.begin(), lane.left.end(),
                     [](const auto& a, const auto& b) { return a.event().sequence() < b.event().sequence(); });
    const auto gone = std::move(lanes_[number]);
    if (!gone->is_unbound) to_unbind_.push_back(gone->binding);
    {
        const std::scoped_lock lock{inbox_mutex_};
        free_lanes_.push_back(number);
    }
    gone->when_left(std::move(gone->left));
    --lane_count_;
}

void SinkRunner::let_go(std::size_t number, std::vector<QueuedDelivery> first) {
    auto deliveries = std::make_shared<std::vector<QueuedDelivery>>(std::move(first));
    on_lanes([this, number, deliveries] {
        auto& lane = *lanes_[number];
        Ended ended;
        lane.queue.push_front(std::move(*deliveries), ended);
        count_ended(lane, ended, {});
        lane.waits = false;
        mark_ready(number);
    });
}

void SinkRunner::drop(std::size_t number, std::uint64_t sequence) {
    on_lanes([this, number, sequence] {
        if (!lanes_[number]) return;
        auto& lane = *lanes_[number];
        if (auto delivery = lane.queue.take_waiting(sequence))
            end_all(*lane.handler, {std::move(*delivery)}, Outcome::dropped, {});
    });
}

void SinkRunner::look_around() {
    on_lanes([this] {
        looks_for_expired_ = expires_;
        for (const auto& lane : lanes_)
            if (lane) lane->handler->oldest = lane->queue.oldest();
    });
}

bool SinkRunner::is_expired(const Lane& lane, const Entry& entry) const {
    return lane.plan.expiry.count() != 0 && entry.received < wall_clock() - lane.plan.expiry.count();
}

void SinkRunner::end_expired() {
    for (const auto& lane : lanes_) {
        if (!lane || lane->plan.expiry.count() == 0) continue;
        Ended ended;
        ended.dead = lane->queue.take_received_before(wall_clock() - lane->plan.expiry.count());
        lane->handler->expired.add(ended.dead.size());
        if (!ended.dead.empty()) count_ended(*lane, ended, expired);
    }
}

void SinkRunner::on_lanes(std::function<void()> task) {
    {
        const std::scoped_lock lock{inbox_mutex_};
        inbox_.tasks.push_back({inbox_.pushed.size(), std::move(task)});
    }
    wake_soon();
}

void SinkRunner::leave() {
    auto* sink = sink_.load();
    if (sink != nullptr && has_stopped_) return sink->run_and_wait([this] { give_all_back(); });
    if (sink != nullptr) sink->give_up();
    {
        const std::scoped_lock lock{inbox_mutex_};
        sink_ = nullptr;
    }
    give_all_back();
}

/// Of closed lanes. On the strand, or when there is none any more.
void SinkRunner::give_all_back() {
    left_ = true;
    const auto now = std::chrono::steady_clock::now();
    take_in_all(now);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (!lanes_[i]) continue;
        for (const auto ticket : lanes_[i]->queue.unanswered_since(Time::max()))
            if (lanes_[i] && lanes_[i]->queue.is_open(ticket))
                settle(ticket, HandlerQueue::Answer::retry, "the sink has stopped", now);
    }
    leave_all_settled();
}

}  // namespace tocsin::core
