#include "plugin/passed_sockets.hpp"

#if defined(__linux__)

#include "base/log.hpp"

#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

constexpr int most_descriptors = 1024;

std::optional<std::string> taken(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    std::string text{value};
    ::unsetenv(name);
    return text;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// How many descriptors were passed to this process; what is wrong is logged.
int passed_count(const std::optional<std::string>& process, const std::optional<std::string>& count) {
    if (!process && !count) return 0;
    const auto refuse = [](std::string_view variable, std::string_view value, std::string_view problem) {
        log::warning("no socket is taken over: a variable of the service manager is wrong",
                     {{"variable", variable}, {"value", value}, {"problem", problem}});
        return 0;
    };
    if (!process) return refuse("LISTEN_PID", "", "it is not set, and LISTEN_FDS is");
    if (!count) return refuse("LISTEN_FDS", "", "it is not set, and LISTEN_PID is");
    const auto id = number(*process);
    if (!id || *id <= 0) return refuse("LISTEN_PID", *process, "not the id of a process");
    if (*id != ::getpid()) return refuse("LISTEN_PID", *process, "the sockets are meant for another process");
    const auto descriptors = number(*count);
    if (!descriptors || *descriptors < 0 || *descriptors > most_descriptors)
        return refuse("LISTEN_FDS", *count, "not a number from 0 to 1024");
    return *descriptors;
}

std::optional<int> option(int handle, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(handle, SOL_SOCKET, name, &value, &size) != 0) return std::nullopt;
    return value;
}

std::uint32_t drops_of(int handle) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t size = sizeof info;
    if (::getsockopt(handle, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) return 0;
    return size > SK_MEMINFO_DROPS * sizeof info[0] ? info[SK_MEMINFO_DROPS] : 0;
}

/// Network byte order; 0 when the socket is not bound.
in_port_t port_of(const sockaddr_storage& address) {
    return address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                         : reinterpret_cast<const sockaddr_in&>(address).sin_port;
}

/// What keeps the descriptor from being used, or nothing; then `socket` tells about it.
std::string_view problem_of(int handle, PassedSocket& socket) {
    const int flags = ::fcntl(handle, F_GETFD);
    if (flags < 0) return "it is not open";
    const auto type = option(handle, SO_TYPE);
    if (!type) return "it is no socket";
    if (::fcntl(handle, F_SETFD, flags | FD_CLOEXEC) < 0) return "it cannot be kept from other programs";
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "it has no address";
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return "it is not of the Internet family";
    const auto protocol = option(handle, SO_PROTOCOL);
    const bool is_udp = *type == SOCK_DGRAM && protocol == IPPROTO_UDP;
    const bool is_tcp = *type == SOCK_STREAM && protocol == IPPROTO_TCP;
    if (!is_udp && !is_tcp) return "it is neither UDP nor TCP";
    if (port_of(address) == 0) return "it is not bound";
    if (is_tcp && option(handle, SO_ACCEPTCONN) != 1) return "it does not listen";
    socket = {handle, is_tcp, address.ss_family == AF_INET6, is_udp ? drops_of(handle) : 0};
    return {};
}

}  // namespace

std::vector<PassedSocket> take_passed_sockets(int first) {
    const auto process = taken("LISTEN_PID");
    const auto count = taken("LISTEN_FDS");
    ::unsetenv("LISTEN_FDNAMES");
    ::unsetenv("LISTEN_PIDFDID");
    std::vector<PassedSocket> sockets;
    const int end = first + passed_count(process, count);
    for (int handle = first; handle < end; ++handle) {
        PassedSocket socket;
        const auto problem = problem_of(handle, socket);
        if (problem.empty())
            sockets.push_back(socket);
        else
            log::warning("a descriptor that was passed cannot be used",
                         {{"descriptor", static_cast<std::uint64_t>(handle)}, {"problem", problem}});
    }
    return sockets;
}

}  // namespace tocsin::core

#else

namespace tocsin::core {

std::vector<PassedSocket> take_passed_sockets(int) { return {}; }

}  // namespace tocsin::core

#endif
