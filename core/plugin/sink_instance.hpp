#pragma once

#include "base/counter.hpp"
#include "base/log_limit.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

class SinkInstance;

/// Who hears what a sink instance answers. Called on any thread, also from inside a call into the sink.
class SinkListener {
  public:
    virtual ~SinkListener() = default;
    /// `outcome`: TOCSIN_DELIVERED, TOCSIN_RETRY or TOCSIN_REJECTED; anything else a plugin says arrives as a retry.
    virtual void answered(const SinkInstance& from, std::uint64_t ticket, std::uint32_t outcome,
                          std::string_view reason) = 0;
    virtual void may_take(const SinkInstance& from, std::uint32_t count) = 0;
};

/// One instance of a sink kind.
class SinkInstance final : public Instance {
  public:
    /// Throws std::runtime_error with what the plugin says is wrong with the options.
    SinkInstance(const SinkKind& kind, std::string name, std::vector<OptionValue> options, Strand::HandOver hand_over);
    ~SinkInstance();

    /// Binds one more handler; the first is number 0. Before start. Throws std::runtime_error with what the plugin says
    /// is wrong.
    void bind(std::vector<OptionValue> options);
    enum class Bound {
        yes,
        refused,    ///< which is logged
        condemned,  ///< see condemn: nothing that the strand guards may be touched
    };
    /// The same after start, from inside a task of `run` only. Writes its number.
    Bound bind_more(std::vector<OptionValue> options, std::size_t& number);
    /// No delivery of the binding is open. False when the instance was condemned meanwhile: then nothing that the
    /// strand guards may be touched. From inside a task of `run` only.
    bool unbind(std::size_t number);
    void* binding(std::size_t number) const noexcept { return bindings_[number]; }

    bool is_checkable() const noexcept { return kind_.abi->check != nullptr; }

    /// What a check found.
    struct Reach {
        bool has_ended =
            true;             ///< within the timeout and a second more; an instance whose check has not must be leaked
        std::string failure;  ///< why the other end cannot be reached; empty when it can
    };
    /// Whether the other end can be reached. For what is checkable, in place of start.
    Reach check(std::chrono::nanoseconds timeout);

    /// Lets the sink connect. Throws std::runtime_error.
    void start(SinkListener& listener);

    /// Runs `task` serialised with all calls to the sink; see Strand::run.
    void run(Strand::Task task) { strand().run(std::move(task)); }
    /// Likewise, and waits for it. Not from inside a task.
    void run_and_wait(const Strand::Task& task) { strand().run_and_wait(task); }
    /// Likewise, but never on the caller's stack; see Strand::post.
    void post(Strand::Task task) { strand().post(std::move(task)); }
    /// Likewise; see Strand::run_alone.
    void run_alone(Strand::Task task) { strand().run_alone(std::move(task)); }

    enum class Submitted {
        taken,
        failed,     ///< it threw, which is logged; some tickets may have been answered
        condemned,  ///< see condemn: nothing that the strand guards may be touched
    };
    /// From inside a task of `run` only.
    Submitted submit(std::span<const tocsin_delivery* const> deliveries);

    /// Gives up on this instance if a call into it has been under way for longer than `limit` without an answer: no
    /// task runs any more, nothing it says is heard, and what its tasks guarded is the caller's from then on. The
    /// call's thread is left to itself; once it returns, the plugin's instance is stopped and destroyed there. This
    /// object must never be destroyed. Any thread.
    bool condemn(std::chrono::steady_clock::time_point now, std::chrono::nanoseconds limit);
    /// After a stop that has failed: runs nothing any more, hears nothing, and leaves to itself what hangs. What the
    /// tasks guarded is the caller's from then on. This object must never be destroyed.
    void give_up();
    /// Whether condemn would give up on it. Any thread.
    bool hangs(std::chrono::steady_clock::time_point now, std::chrono::nanoseconds limit) const {
        return watch().overdue(now, limit);
    }
    /// Whether it was given up: nothing that the strand guards may be touched by its tasks. Any thread.
    bool is_condemned() const noexcept { return watch().condemned(); }
    /// Whether the call that was given up has returned. Any thread.
    bool came_back() const noexcept { return came_back_; }

    /// An instance with the same name, options and handlers, and a thread of its own whatever the kind says. It begins
    /// with `begin`.
    std::unique_ptr<SinkInstance> successor() const;
    enum class Begun { yes, failed, condemned };
    /// Creates, binds and starts a successor; what fails is logged. From inside a task of `run` only. One that failed
    /// runs no task any more and must never be destroyed.
    Begun begin(SinkListener& listener);

    /// Whether the sink has stopped within `timeout` and a second more. Afterwards nothing is answered any more. An
    /// instance that has not stopped must be leaked.
    bool stop(std::chrono::nanoseconds timeout);

    /// What the sink said last, or its kind at first.
    std::uint32_t max_in_flight() const noexcept { return max_in_flight_; }
    const SinkKind& sink_kind() const noexcept { return kind_; }
    /// Answers given after `stop` had returned. Any thread.
    std::uint64_t answers_after_stop() const noexcept { return answers_after_stop_.value(); }

  private:
    struct Successor {};
    SinkInstance(Successor, const SinkInstance& condemned);

    void create();
    void* bind_here(const std::vector<OptionValue>& options);
    void start_here();
    void destroy();
    void on_ack(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) override;
    void on_max_in_flight(std::uint32_t count) override;
    void on_came_back() override;

    const SinkKind& kind_;
    const std::vector<OptionValue> options_;
    std::vector<std::optional<std::vector<OptionValue>>> handler_options_;  ///< nothing: unbound again
    void* instance_ = nullptr;
    std::vector<void*> bindings_;
    std::atomic<SinkListener*> listener_{nullptr};
    std::atomic<std::uint32_t> max_in_flight_;
    std::atomic<bool> came_back_{false};
    std::atomic<bool> has_stopped_{false};
    Counter answers_after_stop_;
    LogLimit answers_after_stop_lines_;
};

}  // namespace tocsin::core
