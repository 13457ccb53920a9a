#pragma once

#include "connection.hpp"
#include "look_up.hpp"
#include "mailbox.hpp"
#include "settings.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace mqtt {

/// An attempt to connect, step by step: look-up of the name, then one address after another until one answers with a
/// good CONNACK. Connections go to a numeric address, because Paho looks up names while no other client is served. When
/// a broker wants to be pinged more often than the settings say (MQTT 5, Server Keep Alive), it is connected to anew
/// with that time. One thread.
class Connector {
  public:
    using TimePoint = Mailbox::Clock::time_point;
    struct Failure {
        std::string reason;
        bool refused = false;  ///< the broker answered and said no
    };
    struct Connected {
        std::unique_ptr<Connection> connection;
        BrokerProperties properties;  ///< of CONNACK
    };
    /// Nothing yet; or connected; or no address is left.
    using Result = std::variant<std::monostate, Connected, Failure>;

    /// `settings` must outlive this object. Hand the notices that come to the recipient's mailbox to `handle`.
    Connector(const Settings& settings, Recipient recipient, LookUp::Function look_up = look_up_host);

    /// Begins an attempt when none is under way.
    Result start(TimePoint now);
    Result handle(const Notice& notice, TimePoint now);
    /// To be called at the deadline.
    Result expire(TimePoint now);

    /// Ends the attempt under way, if there is one. May wait for Paho.
    void cancel();

    bool busy() const noexcept { return step_ != Step::idle; }
    /// When the current step has taken too long.
    TimePoint deadline() const noexcept { return busy() ? deadline_ : TimePoint::max(); }

  private:
    enum class Step { idle, looking_up, connecting };

    Result use(std::vector<std::string> addresses, TimePoint now);
    Result try_next(TimePoint now, std::string reason);
    Result give_up(std::string reason, bool refused = false);
    std::string why();

    const Settings& settings_;
    Recipient recipient_;
    LookUp look_up_;
    Step step_ = Step::idle;
    TimePoint deadline_;
    std::vector<std::string> addresses_;
    std::size_t next_ = 0;
    std::unique_ptr<Connection> candidate_;
    std::chrono::seconds keepalive_;
};

}  // namespace mqtt
