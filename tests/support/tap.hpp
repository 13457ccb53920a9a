#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tocsin::testing {

/// A subscriber inside the test's process, which notes when each message came: MQTT 3.1.1 at QoS 0, without a ping.
class Tap {
  public:
    struct Message {
        std::string topic;
        std::string payload;
        std::chrono::steady_clock::time_point came;
    };

    /// Returns when the broker on this loopback port has confirmed the subscription; throws std::runtime_error when it
    /// does not.
    explicit Tap(std::uint16_t port, std::string_view filter = "#");
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;
    ~Tap();

    /// How many messages have come. Costs little. Any thread.
    std::size_t count() const noexcept { return count_; }

    /// What has come so far, in order. Any thread.
    std::vector<Message> messages() const;

  private:
    void run();
    void take_in(std::string_view packet, std::size_t header);

    int socket_;
    std::string pending_;
    std::atomic<std::size_t> count_{0};
    std::atomic<bool> subscribed_{false};
    std::atomic<bool> ended_{false};
    mutable std::mutex mutex_;
    std::vector<Message> messages_;
    std::thread thread_;
};

}  // namespace tocsin::testing
