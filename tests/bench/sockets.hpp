#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace tocsin::bench {

[[noreturn]] inline void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A socket bound to a loopback port; 0 is any that is free.
inline int bound_socket(int type, std::uint16_t port) {
    const int handle = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (handle < 0) fail("socket");
    const int on = 1;
    if (type == SOCK_STREAM) ::setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto address = loopback(port);
    if (::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
    return handle;
}

inline std::uint16_t port_of(int handle) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
    return ntohs(address.sin_port);
}

inline void send_at_once(int handle) {
    const int on = 1;
    ::setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// False when the connection has ended.
inline bool send_all(int handle, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(handle, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// As much as is asked for, beyond the system's limit where that is allowed.
inline void set_receive_buffer(int handle, int bytes) {
    if (::setsockopt(handle, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        ::setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace tocsin::bench
