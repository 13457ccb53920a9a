#pragma once

#include <tocsin/sink.hpp>

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace mqtt {

/// The host, as long as it may be called: `close` waits for calls under way and lets none through afterwards. Any
/// thread; one call does not wait for another.
class Gate {
  public:
    explicit Gate(tocsin::SinkHost host) : host_{host} {}

    /// Runs `call(host)` unless closed. Not from inside such a call.
    template <class Call>
    void pass(Call&& call) {
        const std::shared_lock lock{mutex_};
        if (open_) std::forward<Call>(call)(host_);
    }

    /// Runs `last(host)` as the last call unless closed.
    template <class Call>
    void close(Call&& last) {
        const std::lock_guard lock{mutex_};
        if (open_) std::forward<Call>(last)(host_);
        open_ = false;
    }

  private:
    std::shared_mutex mutex_;
    bool open_ = true;
    tocsin::SinkHost host_;
};

}  // namespace mqtt
