#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace tocsin::core {

/// A thread of its own that looks at something now and then, whatever the other threads do.
class Watchdog {
  public:
    Watchdog(std::chrono::nanoseconds interval, std::function<void()> look);
    /// Waits for a look that is under way.
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace tocsin::core
