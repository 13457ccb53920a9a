#pragma once

#include "mailbox.hpp"
#include "settings.hpp"
#include "url.hpp"

#include <MQTTAsync.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mqtt {

/// One Paho client, used for one connection: it is connected to one address once and never again. What becomes of it is
/// posted to the mailbox. Calls may wait for Paho's global lock; one thread.
class Connection {
  public:
    /// Begins to connect to `url`, MQTT 3.1.1 with a clean session. Throws std::runtime_error.
    Connection(const Settings& settings, const BrokerUrl& url, std::shared_ptr<Mailbox> mailbox);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    /// Disconnects; a connection in good order is told. No notice comes afterwards, and publishes that were not
    /// answered are not.
    ~Connection();

    /// What notices of this connection carry.
    std::uint64_t number() const noexcept { return number_; }

    enum class Sent { yes, disconnected, bad_topic };

    /// Queues a publish; its notice carries callbacks::number_in_context(number).
    Sent publish(std::uint64_t number, const std::string& topic, std::string_view payload, int qos, bool retained);

  private:
    void create(const Settings& settings, const BrokerUrl& url);
    void connect(const Settings& settings, bool tls);

    std::uint64_t number_;
    MQTTAsync client_ = nullptr;
};

}  // namespace mqtt
