#pragma once

#include "base/counter.hpp"
#include "base/histogram.hpp"
#include "base/log_limit.hpp"
#include "deliver/lane.hpp"
#include "plugin/sink_instance.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tocsin::core {

/// How long a sink may take.
struct SinkLimits {
    /// For a call that answers nothing meanwhile; then the instance is condemned.
    std::chrono::nanoseconds call = std::chrono::seconds{30};
    /// For the answer to a ticket; then the delivery is submitted again. abi.h promises it.
    std::chrono::nanoseconds answer = std::chrono::minutes{2};
};

/// What is counted of a sink. Any thread.
struct SinkCounts {
    Counter stray_answers;  ///< answers to tickets that were not open: late or given twice
    Counter condemned;      ///< instances that were given up
    Histogram sent;         ///< from when an event was received to when its delivery was submitted
    Histogram confirmed;    ///< from when an event was received to when its delivery ended as delivered
};

/// Drives one sink instance: keeps its handlers' lanes, submits within the credit the sink gives, lanes in turn, and
/// ends deliveries by its answers. An answer never calls the sink on the answering stack, so that a sink may answer
/// while it holds a lock of its own; deliveries end there. Everything but the inbox is touched only on the instance's
/// strand.
///
/// An instance that hangs in a call is condemned by `watch`: its thread is left to itself, and what was open goes to a
/// new instance with a thread of its own. While there is no instance, only `watch` touches what the strand guards.
class SinkRunner final : public SinkListener, public std::enable_shared_from_this<SinkRunner> {
  public:
    /// Has `wake` called at about that time, on some thread; a later call replaces an earlier one.
    using WakeAt = std::function<void(Time)>;

    explicit SinkRunner(std::unique_ptr<SinkInstance> sink);
    ~SinkRunner() override;

    /// Its first instance. Before start only.
    SinkInstance& sink() noexcept { return *owned_; }
    const std::string& kind() const noexcept { return kind_; }
    const std::string& name() const noexcept { return name_; }

    /// Before start only. Returns the lane's number. Throws std::runtime_error with what the sink says is wrong with
    /// the options.
    std::size_t add(std::shared_ptr<Handler> handler, LanePlan plan);
    /// The lane's handler and plan. Before start only.
    Lane& lane(std::size_t number) { return *lanes_[number]; }

    /// Before start only.
    void set_limits(const SinkLimits& limits) noexcept { limits_ = limits; }

    /// Counts on where `before`, whose place it takes, has come to. Before start only.
    void continue_counts(const SinkRunner& before) { counts_ = before.counts_; }

    /// `has_room` is called when a handler that is in its backlog has room in memory again, on any thread. Throws
    /// std::runtime_error.
    void start(WakeAt wake_at, std::function<void()> has_room = {});

    /// After a start that threw: a new instance is made later, by `watch`, and again until one starts.
    void start_later();

    /// Condemns the instance if it hangs in a call, and makes the next one when it is time to. To be called now and
    /// then, by one thread that runs nothing of any plugin.
    void watch(Time now);

    /// Queues a delivery, whose handler counts it as pending and in memory. Takes effect with the next `wake`. From
    /// here on also before start, which it waits for then. Any thread.
    void push(std::size_t lane, QueuedDelivery delivery);

    /// Submits what may be submitted, on this thread or the sink's own. Any thread.
    void wake();
    /// The same, never on the caller's stack.
    void wake_soon();

    /// Adds a lane after start; with `waits` it sends nothing before `let_go`. Returns its number. One thread at a
    /// time.
    std::size_t attach(std::shared_ptr<Handler> handler, LanePlan plan, bool waits);
    /// The lane, which nobody pushes to any more, sends nothing more. Once none of its deliveries is open, `when_left`
    /// gets those that have not ended, oldest first, on any thread, and the lane is gone.
    void close(std::size_t lane, std::function<void(std::vector<QueuedDelivery>)> when_left);
    /// The lane, which waited, sends: `first`, oldest first, before all else.
    void let_go(std::size_t lane, std::vector<QueuedDelivery> first);
    /// Drops the delivery of that event if it has not been submitted.
    void drop(std::size_t lane, std::uint64_t sequence);
    /// Looks soon whether deliveries have expired, and how old the oldest are.
    void look_around();

    /// Submits nothing more and stops the sink. False when it did not stop in time, or a call that was given up has not
    /// returned: leak this object.
    bool stop(std::chrono::nanoseconds timeout);
    /// After stop, when all lanes are closed: they give up what they have, answered or not, before this returns.
    void leave();

    /// Lanes that are there, closed ones included until they have left. Any thread.
    std::size_t lanes() const noexcept { return lane_count_; }
    /// Those of what it took the place of included. Any thread.
    const SinkCounts& counts() const noexcept { return *counts_; }

  private:
    struct Answered {
        std::uint64_t ticket;
        std::uint32_t outcome;
        std::string reason;
    };
    struct Pushed {
        std::size_t lane;
        QueuedDelivery delivery;
    };
    /// Something to do to the lanes, once so many of the pushed deliveries are in them.
    struct Task {
        std::size_t after;
        std::function<void()> run;
    };
    struct Inbox {
        std::vector<Pushed> pushed;
        std::vector<Answered> answered;
        std::vector<Task> tasks;
        std::optional<std::uint32_t> may_take;
    };

    void answered(const SinkInstance& from, std::uint64_t ticket, std::uint32_t outcome,
                  std::string_view reason) override;
    void may_take(const SinkInstance& from, std::uint32_t count) override;

    void on_lanes(std::function<void()> task);
    void step();
    void settle_answers();
    void leave_all_settled();
    void take_in_all(Time now);
    void take_in(Time now);
    void note_stray(std::uint64_t ticket);
    void retry_open(std::span<const std::uint64_t> tickets, std::string_view reason, Time now);
    void condemn(Time now);
    void make_next(Time now);
    void begin(SinkInstance& next);
    std::size_t still_stuck() const;
    void settle(std::uint64_t ticket, HandlerQueue::Answer answer, std::string_view reason, Time now);
    void count_ended(Lane& lane, Ended& ended, std::string_view reason);
    void leave_if_settled(std::size_t lane);
    void give_all_back();
    bool bind_and_unbind();
    void end_expired();
    bool is_expired(const Lane& lane, const Entry& entry) const;
    void give_up_on_missing_answers(Time now);
    void retry_now();
    void wake_held_back(Time now);
    bool submit_what_may_go(Time now);
    HostedDelivery* next(Time now);
    void mark_ready(std::size_t lane);
    void arm_timer(Time now);

    const std::string kind_;
    const std::string name_;
    std::shared_ptr<SinkCounts> counts_ = std::make_shared<SinkCounts>();
    std::unique_ptr<SinkInstance> owned_;
    std::atomic<SinkInstance*> sink_;           ///< nullptr while there is none
    std::vector<std::unique_ptr<Lane>> lanes_;  ///< nullptr: closed
    WakeAt wake_at_;
    std::function<void()> has_room_;
    SinkLimits limits_;

    std::mutex watch_mutex_;  ///< held by watch, and by stop while it looks for the instance
    std::vector<const SinkInstance*> abandoned_;
    Backoff instance_wait_;
    Time next_instance_at_;
    std::uint32_t failures_in_a_row_ = 0;
    bool told_stuck_ = false;

    std::mutex inbox_mutex_;
    Inbox inbox_;
    std::size_t attached_ = 0;  ///< numbers of lanes given out
    std::vector<std::size_t> free_lanes_;
    std::atomic<bool> woken_{false};
    std::atomic<bool> woken_soon_{false};
    std::atomic<bool> settles_{false};
    std::atomic<bool> started_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> has_stopped_{false};
    std::atomic<bool> left_{false};
    std::atomic<std::size_t> lane_count_{0};
    LogLimit stray_lines_;
    LogLimit lost_lines_;

    std::vector<std::size_t> to_bind_;    ///< lanes that have no binding yet
    std::vector<std::size_t> to_unbind_;  ///< bindings whose lanes are gone
    std::deque<std::size_t> ready_;       ///< lanes that may have something to submit
    std::vector<bool> is_ready_;
    std::vector<std::size_t> holding_back_;  ///< lanes with an event id held back
    std::atomic<bool> expires_{false};       ///< any lane has an expiry
    bool looks_for_expired_ = false;
    Inbox taken_;                          ///< keeps its memory
    std::vector<Answered> taken_answers_;  ///< likewise
    std::vector<std::size_t> leaving_;     ///< closed lanes that may have settled
    std::uint64_t attempts_ = 0;
    std::size_t open_ = 0;
    std::size_t max_in_flight_ = 0;
    bool is_at_work_ = false;                     ///< the instance has begun; a task may come before that
    std::unordered_set<std::uint64_t> given_up_;  ///< still open at the sink, so they count against its credit
    Time next_check_;
    Time armed_ = Time::max();
};

}  // namespace tocsin::core
