#pragma once

#include "plugin/instance.hpp"
#include "plugin/library.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// Who hears what a sink instance answers. Called on any thread, also from inside a call into the sink.
class SinkListener {
  public:
    virtual ~SinkListener() = default;
    /// `outcome`: TOCSIN_DELIVERED, TOCSIN_RETRY or TOCSIN_REJECTED; anything else a plugin says arrives as a retry.
    virtual void answered(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) = 0;
    virtual void may_take(std::uint32_t count) = 0;
};

/// One instance of a sink kind.
class SinkInstance final : public Instance {
  public:
    /// Throws std::runtime_error with what the plugin says is wrong with the options.
    SinkInstance(const SinkKind& kind, std::string name, const std::vector<OptionValue>& options,
                 Strand::HandOver hand_over);
    ~SinkInstance();

    /// The plugin's binding for one handler. Throws std::runtime_error with what it says is wrong.
    void* bind(const std::vector<OptionValue>& options);

    /// Lets the sink connect. Throws std::runtime_error.
    void start(SinkListener& listener);

    /// Runs `task` serialised with all calls to the sink; see Strand::run.
    void run(Strand::Task task) { strand().run(std::move(task)); }
    /// Likewise, but never on the caller's stack; see Strand::post.
    void post(Strand::Task task) { strand().post(std::move(task)); }

    /// From inside a task of `run` only.
    void submit(std::span<const tocsin_delivery* const> deliveries);

    /// Whether the sink has stopped within `timeout` and a second more. Afterwards nothing is answered any more. An
    /// instance that has not stopped must be leaked.
    bool stop(std::chrono::nanoseconds timeout);

    /// What the sink said last, or its kind at first.
    std::uint32_t max_in_flight() const noexcept { return max_in_flight_; }
    const SinkKind& sink_kind() const noexcept { return kind_; }

  private:
    void on_ack(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) override;
    void on_max_in_flight(std::uint32_t count) override;

    const SinkKind& kind_;
    void* instance_ = nullptr;
    std::vector<void*> bindings_;
    std::atomic<SinkListener*> listener_{nullptr};
    std::atomic<std::uint32_t> max_in_flight_;
};

}  // namespace tocsin::core
