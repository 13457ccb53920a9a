#pragma once

#include "base/counter.hpp"
#include "plugin/strand.hpp"

#include <tocsin/abi.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
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

/// The host side of one plugin instance: what sinks and sources share. Calls into the plugin go through `strand`.
class Instance {
  public:
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const std::string& kind() const noexcept { return kind_; }
    const std::string& name() const noexcept { return name_; }

    /// Every counter made known so far, with its value. Any thread.
    std::vector<std::pair<std::string, std::uint64_t>> counters() const;
    /// 0 when there is none of that name. Any thread.
    std::uint64_t count_of(std::string_view counter) const;

  protected:
    Instance(std::string kind, std::string name, std::unique_ptr<Strand> strand);
    ~Instance() = default;

    Strand& strand() noexcept { return *strand_; }
    const tocsin_host& host() const noexcept { return host_; }

    /// Runs `call` on the strand. Throws std::runtime_error with what the plugin wrote, or `otherwise`, when it fails.
    void must(const std::function<std::int32_t(tocsin_error*)>& call, std::string_view otherwise);

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

  private:
    static tocsin_host host_for(Instance* self);
    void log(std::uint32_t severity, std::string_view text) const;
    std::uint64_t counter(std::string_view name, std::string_view help);

    std::string kind_;
    std::string name_;
    tocsin_host host_;
    mutable std::mutex counters_mutex_;
    std::deque<NamedCounter> counters_;
    bool stopped_ = false;  ///< touched on the strand only
    std::unique_ptr<Strand> strand_;
};

}  // namespace tocsin::core
