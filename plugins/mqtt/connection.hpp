#pragma once

#include "callbacks.hpp"
#include "link.hpp"
#include "mailbox.hpp"
#include "settings.hpp"
#include "user_properties.hpp"
#include "window.hpp"

#include <MQTTAsync.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace mqtt {

/// How many bytes the PUBLISH has, all included.
std::uint64_t packet_size(const Outgoing& out, const UserProperties& pairs, Protocol protocol);

/// One Paho client, used for one connection: it is connected to one address once and never again. What becomes of it
/// the recipient hears. Calls may wait for Paho's global lock; one thread at a time.
class Connection {
  public:
    /// Begins to connect to the broker at `address` (numeric), with a clean session: through a Link, or, MQTT 3.1.1
    /// over TCP and TLS, by Paho itself, which with TLS looks up the name once more. Throws std::runtime_error.
    /// `settings` must outlive it.
    Connection(const Settings& settings, const std::string& address, std::chrono::seconds keepalive,
               Recipient recipient);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    /// Disconnects; a connection in good order is told. The recipient hears nothing afterwards, and nothing of
    /// publishes that were not answered.
    ~Connection();

    /// What notices of this connection carry.
    std::uint64_t number() const noexcept { return number_; }

    enum class Sent { yes, disconnected, bad_topic };

    /// Queues a publish, of which the recipient hears with callbacks::number_in_context(out.number).
    Sent publish(const Outgoing& out, const UserProperties& pairs);

    /// What the Link says: why there is no connection any more, and the broker's words when it refused it. Empty when
    /// there is no Link, or nothing to say.
    std::string failure() const;
    std::string refusal() const;

  private:
    void create(const Settings& settings, const std::string& url);
    void connect(const Settings& settings, std::chrono::seconds keepalive);
    void destroy();

    Protocol protocol_;
    std::uint64_t number_;
    std::unique_ptr<Link> link_;  ///< ends after the client has said goodbye
    MQTTAsync client_ = nullptr;
};

}  // namespace mqtt
