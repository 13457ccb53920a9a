#include "daemon/watchdog.hpp"

#include <utility>

namespace tocsin::core {

Watchdog::Watchdog(std::chrono::nanoseconds interval, std::function<void()> look)
    : thread_{[this, interval, look = std::move(look)] {
          std::unique_lock lock{mutex_};
          while (!changed_.wait_for(lock, interval, [this] { return ended_; })) look();
      }} {}

Watchdog::~Watchdog() {
    {
        const std::scoped_lock lock{mutex_};
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

}  // namespace tocsin::core
