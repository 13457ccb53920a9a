#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tocsin::core {

/// The sockets that a source under test listens on: each on a free port of loopback, whatever address it asked for, so
/// that tests need no rights and do not meet. They live as long as this object. Any thread.
class Loopback {
  public:
    struct Listener {
        std::string asked;
        int handle = -1;
        std::uint16_t port = 0;
        bool is_v6 = false;
    };

    Loopback() = default;
    Loopback(const Loopback&) = delete;
    Loopback& operator=(const Loopback&) = delete;
    ~Loopback();

    /// A bound UDP socket: of ::1 for "[v6]:port", otherwise of 127.0.0.1. Throws std::runtime_error, as the router
    /// does for what is no address and for an address that was asked for before, and when there is no ::1.
    std::int64_t udp(std::string_view address);

    /// Throws std::runtime_error when there is no such listener or the system refuses the datagram.
    void send(std::size_t listener, std::string_view datagram) const;

    /// nullptr: there is no such listener.
    const Listener* at(std::size_t index) const;

  private:
    mutable std::mutex mutex_;
    std::deque<Listener> listeners_;
};

}  // namespace tocsin::core
