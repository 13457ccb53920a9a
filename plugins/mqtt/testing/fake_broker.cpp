#include "fake_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace testing {

FakeBroker::FakeBroker(int connack_code)
    : code_{connack_code}, listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error{"the fake broker cannot listen"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
}

FakeBroker::~FakeBroker() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
}

std::string FakeBroker::received() const {
    const std::lock_guard lock{mutex_};
    return received_;
}

void FakeBroker::close_connections() { closing_ = true; }

void FakeBroker::run() {
    std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
    std::vector<bool> answered{true};
    while (!ending_) {
        ::poll(sockets.data(), sockets.size(), 5);
        if (closing_.exchange(false))
            for (std::size_t i = 1; i < sockets.size(); ++i) ::shutdown(sockets[i].fd, SHUT_RDWR);
        for (std::size_t i = 1; i < sockets.size(); ++i) {
            char buffer[65536];
            const auto size = ::recv(sockets[i].fd, buffer, sizeof buffer, MSG_DONTWAIT);
            if (size == 0) sockets[i].events = 0;
            if (size <= 0) continue;
            if (!answered[i] && code_ != mute) {
                const char connack[] = {0x20, 2, 0, static_cast<char>(code_)};
                ::send(sockets[i].fd, connack, sizeof connack, MSG_NOSIGNAL);
            }
            answered[i] = true;
            const std::lock_guard lock{mutex_};
            received_.append(buffer, static_cast<std::size_t>(size));
        }
        if ((sockets[0].revents & POLLIN) == 0) continue;
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        sockets.push_back({connection, POLLIN, 0});
        answered.push_back(false);
        ++connections_;
    }
    for (std::size_t i = 1; i < sockets.size(); ++i) ::close(sockets[i].fd);
}

}  // namespace testing
