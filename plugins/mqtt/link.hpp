#pragma once

#include "settings.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace mqtt {

/// The way to a broker for a Paho client that speaks TLS, MQTT 5 or MQTT over WebSocket: Paho connects to a port of the
/// loopback interface, and this thread carries the bytes on over TCP or TLS, and WebSocket if the URL says so. What the
/// broker sends goes through BrokerPackets. Only a socket of this process is let in at that port.
///
/// Paho's own WebSocket keeps what arrived in variables that all its connections share, so that the acknowledgement of
/// one broker can be taken for another's; its MQTT 5 parser trusts what a broker sends; its TLS
/// looks names up and reads certificates while no other client is served.
class Link {
  public:
    /// Listens, and begins to connect to `address` (numeric). Throws std::runtime_error. `settings` must outlive it.
    Link(const Settings& settings, const std::string& address);
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    /// Passes on what Paho has written, if that takes no more than a moment, and closes.
    ~Link();

    std::uint16_t port() const noexcept { return port_; }

    /// Why the connection to the broker could not be made or ended; empty while it lasts, or when the broker just
    /// closed it. Any thread.
    std::string failure() const;
    /// What the broker said when it refused CONNECT; may be empty. Any thread.
    std::string refusal() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace mqtt
