#include "scripted_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace testing {

struct ScriptedBroker::Connection {
    int socket;
    int number;
    std::string pending;
};

ScriptedBroker::ScriptedBroker(Script script)
    : script_{std::move(script)}, listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error{"the scripted broker cannot listen"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
}

ScriptedBroker::~ScriptedBroker() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
}

std::vector<Packet> ScriptedBroker::packets() const {
    const std::lock_guard lock{mutex_};
    return packets_;
}

void ScriptedBroker::run() {
    std::vector<std::unique_ptr<Connection>> open;
    while (!ending_) {
        std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
        for (const auto& connection : open) sockets.push_back({connection->socket, POLLIN, 0});
        ::poll(sockets.data(), sockets.size(), 5);
        std::erase_if(open, [&](const auto& connection) {
            if (serve(*connection)) return false;
            ::close(connection->socket);
            return true;
        });
        if ((sockets[0].revents & POLLIN) == 0) continue;
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0) open.push_back(std::make_unique<Connection>(Connection{socket, ++connections_, {}}));
    }
    for (const auto& connection : open) ::close(connection->socket);
}

/// False when the connection is to be closed.
bool ScriptedBroker::serve(Connection& connection) {
    char buffer[65536];
    const auto count = ::recv(connection.socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count == 0) return false;
    if (count < 0) return true;
    auto& pending = connection.pending;
    pending.append(buffer, static_cast<std::size_t>(count));
    for (;;) {
        std::size_t size = 0;
        std::size_t header = 1;
        for (int shift = 0;; shift += 7) {
            if (header >= pending.size()) return true;
            const auto byte = static_cast<unsigned char>(pending[header++]);
            size |= static_cast<std::size_t>(byte & 0x7fu) << shift;
            if ((byte & 0x80) == 0) break;
        }
        if (pending.size() < header + size) return true;
        const Packet packet{connection.number, static_cast<unsigned char>(pending[0]), pending.substr(header, size)};
        pending.erase(0, header + size);
        {
            const std::lock_guard lock{mutex_};
            packets_.push_back(packet);
        }
        const auto answer = script_(packet);
        if (!answer) return false;
        if (!answer->empty() && ::send(connection.socket, answer->data(), answer->size(), MSG_NOSIGNAL) !=
                                    static_cast<ssize_t>(answer->size()))
            return false;
    }
}

}  // namespace testing
