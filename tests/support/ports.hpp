#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::testing {

enum class Protocol { tcp, udp };

/// A loopback port nobody listens on. It lies below the range the system hands out by itself, and no other test on this
/// machine is given it until this process ends.
std::uint16_t free_port(Protocol protocol);

/// A bound UDP socket on a free loopback port; nobody reads from it, save whom it is passed to.
class UdpSocket {
  public:
    UdpSocket();
    ~UdpSocket();
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    int handle() const noexcept { return handle_; }

    /// Sends one datagram to a loopback port. Throws when the system refuses it.
    void send(std::uint16_t port, std::string_view text) const;

  private:
    int handle_;
    std::uint16_t port_;
};

/// Sends one datagram to a loopback port from a socket of its own.
void send_udp(std::uint16_t port, std::string_view text);

}  // namespace tocsin::testing
