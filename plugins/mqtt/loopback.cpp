#include "loopback.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace mqtt {
namespace {

using Address = sockaddr_in;

template <class Call>
bool address_of(Call&& call, int socket, Address& to) {
    socklen_t size = sizeof to;
    return call(socket, reinterpret_cast<sockaddr*>(&to), &size) == 0 && size == sizeof to && to.sin_family == AF_INET;
}

bool same(const Address& left, const Address& right) {
    return left.sin_port == right.sin_port && left.sin_addr.s_addr == right.sin_addr.s_addr;
}

/// Whether the other end of `accepted` is a socket of this process: no other user of the machine may speak to the
/// broker through our port.
bool is_our_own(int accepted) {
    Address here{};
    Address there{};
    if (!address_of(::getsockname, accepted, here) || !address_of(::getpeername, accepted, there)) return false;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd", error}) {
        const auto name = entry.path().filename().string();
        int handle = -1;
        std::from_chars(name.data(), name.data() + name.size(), handle);
        Address its_name{};
        Address its_peer{};
        if (handle != accepted && address_of(::getsockname, handle, its_name) &&
            address_of(::getpeername, handle, its_peer) && same(its_name, there) && same(its_peer, here))
            return true;
    }
    return false;
}

}  // namespace

void Handle::reset() noexcept {
    if (handle_ >= 0) ::close(std::exchange(handle_, -1));
}

LoopbackListener::LoopbackListener() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    Address address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener_.get() < 0 || ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0 || !address_of(::getsockname, listener_.get(), address))
        throw std::system_error{errno, std::generic_category(), "no port of the loopback interface"};
    port_ = ntohs(address.sin_port);
}

Handle LoopbackListener::accept(bool& failing) {
    Handle accepted{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    failing = accepted.get() < 0 && errno != EAGAIN && errno != ECONNABORTED && errno != EINTR;
    if (accepted.get() < 0) return accepted;
    if (!is_our_own(accepted.get())) return Handle{};
    const int on = 1;
    ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return accepted;
}

}  // namespace mqtt
