#pragma once

#include "base/counter.hpp"
#include "plugin/strand.hpp"

#include <tocsin/abi.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
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
    std::unique_ptr<Strand> strand_;
};

/// Room for the error text of a call into a plugin.
class CallError {
  public:
    tocsin_error* abi() noexcept { return &error_; }
    /// What the plugin wrote, or `otherwise` when it wrote nothing.
    std::string text(std::string_view otherwise) const;

  private:
    char buffer_[4096];
    tocsin_error error_{buffer_, sizeof buffer_, 0};
};

}  // namespace tocsin::core
