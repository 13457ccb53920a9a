#include "ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tocsin::testing {
namespace {

constexpr std::uint16_t first_port = 15'000;
constexpr std::uint16_t last_port = 31'999;
constexpr int attempts = 1'000;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// A socket bound to the port, or -1 when somebody has it.
int bound(std::uint16_t port, int type) {
    const int handle = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (handle < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const auto address = loopback(port);
    if (::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return handle;
    ::close(handle);
    return -1;
}

/// Keeps the number for this process: an abstract local socket of that name, held open until the process ends.
bool claim(std::uint16_t port) {
    const int handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const std::string name = "tocsin-test-port-" + std::to_string(port);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(handle, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
    ::close(handle);
    return false;
}

/// A socket on a free and claimed port.
int bound_anywhere(int type, std::uint16_t& port) {
    thread_local std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<int> number{first_port, last_port};
    for (int attempt = 0; attempt < attempts; ++attempt) {
        port = static_cast<std::uint16_t>(number(random));
        const int handle = bound(port, type);
        if (handle < 0) continue;
        if (claim(port)) return handle;
        ::close(handle);
    }
    throw std::runtime_error{"no free port on this machine"};
}

}  // namespace

std::uint16_t free_port(Protocol protocol) {
    std::uint16_t port = 0;
    ::close(bound_anywhere(protocol == Protocol::tcp ? SOCK_STREAM : SOCK_DGRAM, port));
    return port;
}

UdpSocket::UdpSocket() : handle_{-1}, port_{0} { handle_ = bound_anywhere(SOCK_DGRAM, port_); }

UdpSocket::~UdpSocket() { ::close(handle_); }

void UdpSocket::send(std::uint16_t port, std::string_view text) const {
    const auto to = loopback(port);
    const auto sent = ::sendto(handle_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (sent != static_cast<ssize_t>(text.size())) throw std::system_error{errno, std::generic_category(), "sendto"};
}

void send_udp(std::uint16_t port, std::string_view text) {
    const int handle = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const auto to = loopback(port);
    const auto sent = ::sendto(handle, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    const int error = errno;
    ::close(handle);
    if (sent != static_cast<ssize_t>(text.size())) throw std::system_error{error, std::generic_category(), "sendto"};
}

}  // namespace tocsin::testing
