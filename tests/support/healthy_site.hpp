#pragma once

#include "mosquitto.hpp"
#include "neighbours.hpp"
#include "ports.hpp"
#include "router.hpp"
#include "site.hpp"
#include "tap.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tocsin::testing {

/// The program with a healthy broker that gets every event at QoS 1, and beside it a neighbour.
class HealthySite {
  public:
    /// Returns when the neighbour is bad and the healthy broker connected. Without files of its own there is none.
    explicit HealthySite(Neighbour neighbour = {});

    /// Sends the next event, a failure of one of ten tasks, as a datagram.
    void send();
    /// Sends so many, and waits until the healthy broker has passed them on; false when it does not in `deadline`.
    bool deliver(unsigned count, std::chrono::milliseconds deadline = patience);

    unsigned sent() const noexcept { return sent_; }
    /// What is wrong with what arrived: lost, doubled, or out of order within an event id. Empty when nothing is.
    std::string fault() const;

    const Tap& tap() const noexcept { return tap_; }
    const Neighbour& neighbour() const noexcept { return neighbour_; }
    Router& router() noexcept { return *router_; }

  private:
    std::unique_ptr<Mosquitto> broker_ = Mosquitto::started({.quiet = true});
    Tap tap_{broker_->observer_port(), "good/#"};
    UdpSocket socket_;
    std::uint16_t port_ = free_port(Protocol::udp);
    Neighbour neighbour_;
    Site site_;
    std::unique_ptr<Router> router_;
    unsigned sent_ = 0;
};

}  // namespace tocsin::testing
