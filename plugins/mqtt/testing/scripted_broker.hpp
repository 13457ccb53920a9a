#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace testing {

/// A packet a client sent.
struct Packet {
    int connection;  ///< 1 at first
    unsigned char first;
    std::string body;  ///< what follows the fixed header

    int type() const { return first >> 4; }
    int qos() const { return first >> 1 & 3; }
    bool is_connect() const { return type() == 1; }
    bool is_publish() const { return type() == 3; }
    bool holds(const std::string& text) const { return body.find(text) != std::string::npos; }
    /// The packet identifier of a PUBLISH with QoS 1 or 2, as it stands in the packet.
    std::string identifier() const {
        const auto topic =
            static_cast<std::size_t>(static_cast<unsigned char>(body[0]) << 8 | static_cast<unsigned char>(body[1]));
        return body.substr(2 + topic, 2);
    }
};

/// A broker whose answers a test writes.
class ScriptedBroker {
  public:
    /// What is sent in answer to a packet; nothing closes the connection. Called on the broker's thread.
    using Script = std::function<std::optional<std::string>(const Packet&)>;

    explicit ScriptedBroker(Script script);
    ScriptedBroker(const ScriptedBroker&) = delete;
    ScriptedBroker& operator=(const ScriptedBroker&) = delete;
    ~ScriptedBroker();

    std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
    std::vector<Packet> packets() const;
    int connections() const { return connections_; }

  private:
    struct Connection;
    void run();
    bool serve(Connection& connection);

    Script script_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> ending_{false};
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<Packet> packets_;
    std::thread thread_;
};

}  // namespace testing
