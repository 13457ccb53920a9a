#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

/// Sockets as a service manager makes them, for tests.
namespace tocsin::core::test {

struct Binding {
    int family = AF_INET;
    int type = SOCK_DGRAM;
    const char* address = "127.0.0.1";
    bool only_v6 = false;
    bool listens = true;
};

inline std::uint16_t port_of(std::int64_t handle) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    REQUIRE(getsockname(static_cast<int>(handle), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                               : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

/// A bound socket, on a port of the system's choice, not closed in programs that this one starts.
inline int made(const Binding& binding) {
    const int handle = ::socket(binding.family, binding.type, 0);
    REQUIRE(handle >= 0);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    const bool is_v6 = binding.family == AF_INET6;
    void* bytes = is_v6 ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr;
    REQUIRE(inet_pton(binding.family, binding.address, bytes) == 1);
    const int only_v6 = binding.only_v6 ? 1 : 0;
    if (is_v6) REQUIRE(setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6) == 0);
    const auto* address = is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
    REQUIRE(bind(handle, address, is_v6 ? sizeof v6 : sizeof v4) == 0);
    if (binding.type == SOCK_STREAM && binding.listens) REQUIRE(listen(handle, 1) == 0);
    return handle;
}

inline bool is_open(int handle) { return fcntl(handle, F_GETFD) >= 0; }

/// Sends one datagram to a loopback port of IPv4.
inline void send_to(std::uint16_t port, const std::string& text) {
    const int handle = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const auto sent =
        sendto(handle, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(handle);
    REQUIRE(sent == static_cast<ssize_t>(text.size()));
}

/// The next datagram that is queued; "" when there is none.
inline std::string next_of(std::int64_t handle) {
    char buffer[100];
    const auto size = recv(static_cast<int>(handle), buffer, sizeof buffer, MSG_DONTWAIT);
    return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
}

}  // namespace tocsin::core::test
