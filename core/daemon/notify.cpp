#include "daemon/notify.hpp"

#include <fmt/format.h>

#if defined(__linux__)

#include "base/log.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <system_error>

namespace tocsin::core {
namespace {

constexpr auto shortest_interval = std::chrono::milliseconds{1};
constexpr timeval patience{.tv_sec = 1, .tv_usec = 0};

std::string taken(const char* name) {
    const char* value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    ::unsetenv(name);
    return text;
}

std::optional<std::int64_t> positive(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
    return value;
}

void refuse(std::string_view variable, std::string_view value, std::string_view problem) {
    log::warning("a variable of the service manager is wrong",
                 {{"variable", variable}, {"value", value}, {"problem", problem}});
}

/// The bytes of the socket's address; empty when `name` is none. '@' stands for the NUL of an abstract one.
std::string socket_address(std::string_view name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool is_abstract = name.starts_with('@');
    const bool is_path = name.starts_with('/');
    const auto most = sizeof address.sun_path - (is_path ? 1 : 0);
    if ((!is_abstract && !is_path) || name.size() < 2 || name.size() > most) return {};
    std::copy(name.begin(), name.end(), address.sun_path);
    if (is_abstract) address.sun_path[0] = '\0';
    std::string bytes(offsetof(sockaddr_un, sun_path) + name.size() + (is_path ? 1 : 0), '\0');
    std::memcpy(bytes.data(), &address, bytes.size());
    return bytes;
}

std::optional<std::chrono::nanoseconds> watchdog_interval() {
    const auto time = taken("WATCHDOG_USEC");
    const auto process = taken("WATCHDOG_PID");
    if (time.empty()) return std::nullopt;
    const auto id = positive(process);
    if (!process.empty() && !id) refuse("WATCHDOG_PID", process, "not the id of a process");
    if (!process.empty() && id != ::getpid()) return std::nullopt;  // meant for the program that started this one
    const auto microseconds = positive(time);
    constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max() / 1000;
    if (!microseconds || *microseconds > longest) {
        refuse("WATCHDOG_USEC", time, "not a number of microseconds");
        return std::nullopt;
    }
    return std::max<std::chrono::nanoseconds>(std::chrono::microseconds{*microseconds / 2}, shortest_interval);
}

std::int64_t monotonic_microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Notify::Notify() {
    const auto name = taken("NOTIFY_SOCKET");
    const auto interval = watchdog_interval();
    if (name.empty()) return;
    address_ = socket_address(name);
    if (address_.empty()) {
        refuse("NOTIFY_SOCKET", name, "neither a path from / nor an abstract name from @, or too long");
        return;
    }
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
        refuse("NOTIFY_SOCKET", name, std::generic_category().message(errno));
        return;
    }
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    alive_every_ = interval;
}

Notify::~Notify() {
    if (socket_ >= 0) ::close(socket_);
}

void Notify::send(std::string_view message, Patience patience) const {
    if (socket_ < 0) return;
    const auto* address = reinterpret_cast<const sockaddr*>(address_.data());
    const int flags = MSG_NOSIGNAL | (patience == Patience::none ? MSG_DONTWAIT : 0);
    if (::sendto(socket_, message.data(), message.size(), flags, address, static_cast<socklen_t>(address_.size())) >= 0)
        return;
    log::write(patience == Patience::none ? log::Severity::debug : log::Severity::warning,
               "the service manager was not told",
               {{"message", message}, {"problem", std::generic_category().message(errno)}});
}

void Notify::reloading() const {
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()), Patience::some);
}

}  // namespace tocsin::core

#else

namespace tocsin::core {

Notify::Notify() = default;
Notify::~Notify() = default;
void Notify::send(std::string_view, Patience) const {}
void Notify::reloading() const {}

}  // namespace tocsin::core

#endif

namespace tocsin::core {

void Notify::ready(std::string_view status) const { send(fmt::format("READY=1\nSTATUS={}", status), Patience::some); }
void Notify::stopping() const { send("STOPPING=1\nSTATUS=stopping", Patience::some); }

void Notify::alive() const {
    if (alive_every_) send("WATCHDOG=1", Patience::none);
}

std::string status_text(std::size_t handlers, std::size_t sinks, std::size_t sources) {
    const auto counted = [](std::size_t count, std::string_view what) {
        return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    return counted(handlers, "handler") + ", " + counted(sinks, "sink") + ", " + counted(sources, "source");
}

}  // namespace tocsin::core
