#pragma once

#include "base/counter.hpp"
#include "plugin/call_watch.hpp"
#include "plugin/strand.hpp"

#include <tocsin/abi.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

/// A counter that a plugin made known.
struct NamedCounter {
    std::string name;
    std::string help;
    Counter count;
};

/// What `call` threw, which no plugin may; nothing when it returned.
template <class Call>
std::optional<std::string> thrown_by(Call&& call) {
    try {
        std::forward<Call>(call)();
        return std::nullopt;
    } catch (const std::exception& error) {
        return std::string{"threw an exception across the plugin ABI: "} + error.what();
    } catch (...) {
        return "threw an exception across the plugin ABI";
    }
}

/// The host side of one plugin instance: what sinks and sources share. Calls into the plugin go through `strand`.
class Instance {
  public:
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const std::string& kind() const noexcept { return kind_; }
    const std::string& name() const noexcept { return name_; }

    struct CounterValue {
        std::string name;
        std::string help;
        std::uint64_t value;
    };
    /// Every counter made known so far, with its value. Any thread.
    std::vector<CounterValue> counters() const;
    /// 0 when there is none of that name. Any thread.
    std::uint64_t count_of(std::string_view counter) const;

  protected:
    Instance(std::string kind, std::string name, std::unique_ptr<Strand> strand);
    ~Instance() = default;

    Strand& strand() noexcept { return *strand_; }
    const tocsin_host& host() const noexcept { return host_; }

    using Fallible = std::function<std::int32_t(tocsin_error*)>;
    /// Runs `call` on the strand and waits for it. What it throws arrives here.
    void on_strand(const std::function<void()>& call);
    /// Throws std::runtime_error with what the plugin wrote or threw, or `otherwise`, when `call` fails.
    static void must(const Fallible& call, std::string_view otherwise);
    /// Makes a call that cannot fail; what it throws nevertheless is logged.
    template <class Call>
    void must_return(std::string_view what, Call&& call) const {
        if (const auto thrown = thrown_by(std::forward<Call>(call))) log_failure(what, *thrown);
    }

    enum class Called {
        done,
        threw,      ///< logged
        condemned,  ///< it took too long and was given up: touch nothing that the strand guards
    };
    /// Makes a call into the plugin, watched. From inside a task of the strand only.
    template <class Call>
    Called watched(std::string_view what, Call&& call) {
        watch_.enter();
        return after_call(what, thrown_by(std::forward<Call>(call)));
    }
    CallWatch& watch() noexcept { return watch_; }
    const CallWatch& watch() const noexcept { return watch_; }

    /// Runs `call` on the strand soon, unless the instance has stopped by then.
    void post(std::function<void()> call);

    /// Like done_within, for the call that stops the instance.
    bool stop_within(std::function<void()> stop, std::chrono::nanoseconds timeout);

    /// Runs `call` on the strand, then what it set off there. False when that takes longer than `timeout`: then it is
    /// still under way.
    bool done_within(std::function<void()> call, std::chrono::nanoseconds timeout);

    /// Plugins call these through tocsin_host, from any thread.
    virtual std::int32_t on_emit(const tocsin_event& event, std::uint64_t token);
    virtual std::int64_t on_listen(std::string_view address, std::uint32_t protocol);
    virtual void on_ack(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason);
    virtual void on_max_in_flight(std::uint32_t count);
    /// A call that had been given up has returned, on its thread.
    virtual void on_came_back();

  private:
    static tocsin_host host_for(Instance* self);
    void log_failure(std::string_view what, std::string_view reason) const;
    Called after_call(std::string_view what, const std::optional<std::string>& thrown);
    void log(std::uint32_t severity, std::string_view text) const;
    std::uint64_t counter(std::string_view name, std::string_view help);

    std::string kind_;
    std::string name_;
    tocsin_host host_;
    mutable std::mutex counters_mutex_;
    std::deque<NamedCounter> counters_;
    bool stopped_ = false;  ///< touched on the strand only
    CallWatch watch_;
    std::unique_ptr<Strand> strand_;
};

}  // namespace tocsin::core
