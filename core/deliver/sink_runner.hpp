#pragma once

#include "deliver/handler.hpp"
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

/// Deliveries of one handler that may wait or be open, while there are few handlers.
inline constexpr std::size_t most_pending_per_handler = 100'000;

/// How long a sink may take.
struct SinkLimits {
    /// For a call that answers nothing meanwhile; then the instance is condemned.
    std::chrono::nanoseconds call = std::chrono::seconds{30};
    /// For the answer to a ticket; then the delivery is submitted again. abi.h promises it.
    std::chrono::nanoseconds answer = std::chrono::minutes{2};
};

/// Drives one sink instance: keeps its handlers' queues, submits within the credit the sink gives, handlers in turn,
/// and ends deliveries by its answers. An answer never calls the sink on the answering stack, so that a sink may answer
/// while it holds a lock of its own. Everything but the inbox is touched only on the instance's strand.
///
/// An instance that hangs in a call is condemned by `watch`: its thread is left to itself, and what was open goes to a
/// new instance with a thread of its own. While there is no instance, only `watch` touches what the strand guards.
class SinkRunner final : public SinkListener {
  public:
    /// Has `wake` called at about that time, on some thread; a later call replaces an earlier one.
    using WakeAt = std::function<void(Time)>;

    explicit SinkRunner(std::unique_ptr<SinkInstance> sink);
    ~SinkRunner() override;

    /// Its first instance. Before start only.
    SinkInstance& sink() noexcept { return *owned_; }
    const std::string& kind() const noexcept { return kind_; }
    const std::string& name() const noexcept { return name_; }

    /// Before start only. Returns the handler's number. Throws std::runtime_error with what the sink says is wrong with
    /// the options.
    std::size_t add(std::string topic, std::string id, const std::vector<OptionValue>& options,
                    std::vector<std::optional<Payload>> rendered);

    /// At most so many deliveries of each handler wait or are open; newer ones are refused. Before start only.
    void set_quota(std::size_t deliveries) noexcept { quota_ = deliveries; }

    /// Before start only.
    void set_limits(const SinkLimits& limits) noexcept { limits_ = limits; }

    /// Throws std::runtime_error.
    void start(WakeAt wake_at);

    /// Condemns the instance if it hangs in a call, and makes the next one when it is time to. To be called now and
    /// then, by one thread that runs nothing of any plugin.
    void watch(Time now);

    /// Queues a delivery; a handler at its quota refuses it, counted and told. Takes effect with the next `wake`.
    void push(std::size_t handler, const EventPtr& event, const ReceiptPtr& receipt);

    /// Submits what may be submitted, on this thread or the sink's own. Any thread.
    void wake();

    /// Deliveries that have not ended. Any thread.
    std::size_t pending() const noexcept { return pending_; }

    /// Submits nothing more and stops the sink. False when it did not stop in time, or a call that was given up has not
    /// returned: leak this object.
    bool stop(std::chrono::nanoseconds timeout);

    std::span<const std::unique_ptr<Handler>> handlers() const noexcept { return handlers_; }
    /// Answers to tickets that were not open: late or given twice.
    std::uint64_t stray_answers() const noexcept { return stray_answers_.value(); }
    /// Instances that were condemned.
    std::uint64_t condemned() const noexcept { return condemned_.value(); }

  private:
    struct Answered {
        std::uint64_t ticket;
        std::uint32_t outcome;
        std::string reason;
    };
    struct Pushed {
        std::size_t handler;
        QueuedDelivery delivery;
    };
    struct Inbox {
        std::vector<Pushed> pushed;
        std::vector<Answered> answered;
        std::optional<std::uint32_t> may_take;
    };

    void answered(const SinkInstance& from, std::uint64_t ticket, std::uint32_t outcome,
                  std::string_view reason) override;
    void may_take(const SinkInstance& from, std::uint32_t count) override;

    void wake_soon();
    void step();
    void take_in_all(Time now);
    void take_in(Inbox inbox, Time now);
    void note_stray(std::uint64_t ticket);
    void retry_open(std::span<const std::uint64_t> tickets, std::string_view reason, Time now);
    void condemn(Time now);
    void make_next(Time now);
    void begin(SinkInstance& next);
    std::size_t still_stuck() const;
    void settle(std::uint64_t ticket, HandlerQueue::Answer answer, std::string_view reason, Time now);
    void count_ended(Handler& handler, const Ended& ended, std::string_view reason);
    void give_up_on_missing_answers(Time now);
    void retry_now();
    void wake_held_back(Time now);
    bool submit_what_may_go(Time now);
    HostedDelivery* next(Time now);
    void mark_ready(std::size_t handler);
    void arm_timer(Time now);

    const std::string kind_;
    const std::string name_;
    std::unique_ptr<SinkInstance> owned_;
    std::atomic<SinkInstance*> sink_;  ///< nullptr while there is none
    std::vector<std::unique_ptr<Handler>> handlers_;
    WakeAt wake_at_;
    std::size_t quota_ = most_pending_per_handler;
    SinkLimits limits_;

    std::mutex watch_mutex_;  ///< held by watch, and by stop while it looks for the instance
    std::vector<const SinkInstance*> abandoned_;
    Backoff instance_wait_;
    Time next_instance_at_;
    std::uint32_t failures_in_a_row_ = 0;
    bool told_stuck_ = false;
    Counter condemned_;

    std::mutex inbox_mutex_;
    Inbox inbox_;
    std::atomic<bool> woken_{false};
    std::atomic<bool> woken_soon_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> pending_{0};
    Counter stray_answers_;
    LogLimit stray_lines_;

    std::deque<std::size_t> ready_;  ///< handlers that may have something to submit
    std::vector<bool> is_ready_;
    std::vector<std::size_t> holding_back_;  ///< handlers with an event id held back
    std::uint64_t attempts_ = 0;
    std::size_t open_ = 0;
    std::size_t max_in_flight_ = 0;
    std::unordered_set<std::uint64_t> given_up_;  ///< still open at the sink, so they count against its credit
    Time next_check_;
    Time armed_ = Time::max();
};

}  // namespace tocsin::core
