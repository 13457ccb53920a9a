#include "black_hole.hpp"

#include "ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tocsin::testing {
namespace {

/// On loopback a SYN that is not dropped is answered within microseconds.
constexpr int answer_limit_ms = 50;
constexpr int most_connections = 64;

int stream_socket(int flags) {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (handle < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    return handle;
}

}  // namespace

BlackHole::BlackHole() : port_{free_port(Protocol::tcp)}, sockets_{stream_socket(0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    if (::bind(sockets_[0], reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(sockets_[0], 0) != 0) {
        const int error = errno;
        ::close(sockets_[0]);
        throw std::system_error{error, std::generic_category(), "no black hole"};
    }
    // The queue takes one or two; the first connection that is left without an answer shows that it is full.
    for (int i = 0; i < most_connections; ++i) {
        sockets_.push_back(stream_socket(SOCK_NONBLOCK));
        ::connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        pollfd entry{sockets_.back(), POLLOUT, 0};
        if (::poll(&entry, 1, answer_limit_ms) == 0) return;
    }
    for (const int handle : sockets_) ::close(handle);
    throw std::runtime_error{"a full listener goes on to take connections on this system"};
}

BlackHole::~BlackHole() {
    for (const int handle : sockets_) ::close(handle);
}

}  // namespace tocsin::testing
