#pragma once

#include "broker_properties.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
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

    /// How long a wait for several notices lasts at most.
    static constexpr std::chrono::microseconds gathering{500};

    void post(Notice notice) {
        bool enough = false;
        {
            const std::lock_guard lock{mutex_};
            if (notice.kind != Notice::Kind::published) wanted_ = 1;
            notices_.push_back(std::move(notice));
            enough = notices_.size() >= wanted_;
        }
        if (enough) changed_.notify_one();
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

    /// Puts the notices into `taken`, whose memory is used again; waits until there is one, a wake or the deadline.
    /// When several are to be expected, waking once for `wanted` of them costs less than waking for each: publishes
    /// that were acknowledged are waited for until there are so many, or none came for a moment. One thread.
    void wait(std::vector<Notice>& taken, Clock::time_point deadline, std::size_t wanted = 1) {
        taken.clear();
        std::unique_lock lock{mutex_};
        if (wanted > 1 && !woken_ && notices_.size() < wanted && !has_other()) {
            wanted_ = wanted;
            changed_.wait_until(lock, std::min(deadline, Clock::now() + gathering),
                                [&] { return woken_ || notices_.size() >= wanted_; });
        }
        wanted_ = 1;
        changed_.wait_until(lock, deadline, [&] { return woken_ || !notices_.empty(); });
        woken_ = false;
        taken.swap(notices_);
    }

    std::vector<Notice> wait(Clock::time_point deadline) {
        std::vector<Notice> taken;
        wait(taken, deadline);
        return taken;
    }

  private:
    bool has_other() const {
        return std::any_of(notices_.begin(), notices_.end(),
                           [](const Notice& notice) { return notice.kind != Notice::Kind::published; });
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Notice> notices_;
    std::size_t wanted_ = 1;  ///< how many notices end the wait
    bool woken_ = false;
};

}  // namespace mqtt
