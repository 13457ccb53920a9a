#pragma once

#include "broker_properties.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace mqtt {

/// What happened to a look-up or a connection.
struct Notice {
    enum class Kind {
        looked_up,        ///< `addresses`, or `text` why there are none
        connected,        ///< CONNACK came; `properties`
        refused,          ///< no connection: `code` of the CONNACK, or 0 when there was none
        lost,             ///< the connection broke; `code` and `properties` of the broker's DISCONNECT, if it sent one
        published,        ///< publish `number` was acknowledged, or at QoS 0 written
        refused_publish,  ///< publish `number` was answered with `code`, an error; `properties`
        failed,           ///< publish `number` was given up: the connection is broken
    };
    Kind kind = Kind::lost;
    int code = 0;
    std::uint64_t connection = 0;
    std::uint64_t number = 0;
    std::string text;
    BrokerProperties properties;
    std::vector<std::string> addresses;
};

/// What a thread waits at. Any thread may post and wake; the lock is held for moments only and nothing is called under
/// it, so that Paho's callbacks, which hold Paho's global lock, may post.
class Mailbox {
  public:
    using Clock = std::chrono::steady_clock;

    void post(Notice notice) {
        {
            const std::lock_guard lock{mutex_};
            notices_.push_back(std::move(notice));
        }
        changed_.notify_one();
    }

    /// Has the wait under way, or the next one, return.
    void wake() {
        {
            const std::lock_guard lock{mutex_};
            if (woken_) return;
            woken_ = true;
        }
        changed_.notify_one();
    }

    /// Takes the notices; waits until there is one, a wake or the deadline. One thread.
    std::vector<Notice> wait(Clock::time_point deadline) {
        std::vector<Notice> taken;
        std::unique_lock lock{mutex_};
        changed_.wait_until(lock, deadline, [&] { return woken_ || !notices_.empty(); });
        woken_ = false;
        taken.swap(notices_);
        return taken;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Notice> notices_;
    bool woken_ = false;
};

}  // namespace mqtt
