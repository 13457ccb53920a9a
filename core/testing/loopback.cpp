#include "testing/loopback.hpp"

#include <fmt/format.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace tocsin::core {
namespace {

struct SocketAddress {
    SocketAddress(bool is_v6, std::uint16_t port) {
        if (is_v6) {
            sockaddr_in6 v6{};
            v6.sin6_family = AF_INET6;
            v6.sin6_addr = in6addr_loopback;
            v6.sin6_port = htons(port);
            std::memcpy(&storage, &v6, size = sizeof v6);
        } else {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            v4.sin_port = htons(port);
            std::memcpy(&storage, &v4, size = sizeof v4);
        }
    }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

    sockaddr_storage storage{};
    socklen_t size = 0;
};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error{fmt::format("{}: {}", what, std::generic_category().message(errno))};
}

/// Whether it is an address that the router would take; sets `is_v6`.
bool is_address(std::string_view address, bool& is_v6) {
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto host = address.substr(0, colon);
    const auto digits = address.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return false;
    is_v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
    return is_v6 || host.find(':') == std::string_view::npos;
}

std::uint16_t port_of(int handle, const std::string& what) {
    SocketAddress bound{false, 0};
    bound.size = sizeof bound.storage;
    if (::getsockname(handle, bound.get(), &bound.size) != 0) fail(what);
    if (bound.storage.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &bound.storage, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &bound.storage, sizeof v4);
    return ntohs(v4.sin_port);
}

int datagram_socket(bool is_v6, const std::string& what) {
    const int handle = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) fail(what);
    return handle;
}

}  // namespace

Loopback::~Loopback() {
    for (const auto& listener : listeners_) ::close(listener.handle);
}

std::int64_t Loopback::udp(std::string_view address) {
    bool is_v6 = false;
    if (!is_address(address, is_v6))
        throw std::runtime_error{
            fmt::format("\"{}\" is no address to listen on: write host:port, [IPv6]:port or *:port", address)};
    const std::scoped_lock lock{mutex_};
    if (std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& known) { return known.asked == address; }))
        throw std::runtime_error{fmt::format("cannot listen on {}: it was asked for before", address)};
    const auto what = fmt::format("cannot listen on {}", address);
    Listener listener{std::string{address}, datagram_socket(is_v6, what), 0, is_v6};
    SocketAddress loopback{is_v6, 0};
    try {
        if (::bind(listener.handle, loopback.get(), loopback.size) != 0) fail(what);
        listener.port = port_of(listener.handle, what);
    } catch (...) {
        ::close(listener.handle);
        throw;
    }
    listeners_.push_back(listener);
    return listener.handle;
}

void Loopback::send(std::size_t index, std::string_view datagram) const {
    const auto* to = at(index);
    if (to == nullptr) throw std::runtime_error{fmt::format("the source has no listener {}", index)};
    const auto what = fmt::format("cannot send a datagram of {} bytes", datagram.size());
    const int handle = datagram_socket(to->is_v6, what);
    SocketAddress address{to->is_v6, to->port};
    const auto sent = ::sendto(handle, datagram.data(), datagram.size(), 0, address.get(), address.size);
    const int error = errno;
    ::close(handle);
    errno = error;
    if (sent != static_cast<ssize_t>(datagram.size())) fail(what);
}

const Loopback::Listener* Loopback::at(std::size_t index) const {
    const std::scoped_lock lock{mutex_};
    return index < listeners_.size() ? &listeners_[index] : nullptr;
}

}  // namespace tocsin::core
