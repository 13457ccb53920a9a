#pragma once

#include "process.hpp"
#include "wait.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::testing {

/// One MQTT message as a subscriber got it.
struct Message {
    std::string topic;
    std::string payload;
    int qos = 0;
    bool retained = false;

    bool operator==(const Message&) const = default;
};

/// A mosquitto_sub on a loopback port. It connects again by itself when the broker comes back.
class Subscriber {
  public:
    /// Returns when the broker has confirmed the subscription. `qos` is the highest it is sent messages with.
    explicit Subscriber(std::uint16_t port, const std::string& filter = "#", int qos = 2);

    /// What has come so far, in order.
    std::vector<Message> messages() const;

    /// Waits until at least `count` messages are there and returns all. Throws what came when they are not.
    std::vector<Message> wait_for(std::size_t count, std::chrono::milliseconds deadline = patience) const;

  private:
    Process process_;
};

}  // namespace tocsin::testing
