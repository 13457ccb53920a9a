// An MQTT 3.1.1 broker that takes publishes and does nothing with them but count: what is left of a measurement's time
// belongs to the publisher.
//
// ideal_broker [--port N] [--quiet SECONDS] [--progress FILE]
//
// Prints `port N`, and after SIGTERM, when nothing has come for --quiet seconds (0.3), what Arrivals::text says.
// --progress: where a sender looks.

#include "arguments.hpp"
#include "arrivals.hpp"
#include "ending.hpp"
#include "mqtt_packets.hpp"
#include "sockets.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

using namespace tocsin::bench;

namespace {

struct Client {
    explicit Client(int socket) : handle{socket} { send_at_once(handle); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(handle); }

    int handle;
    std::vector<char> buffer = std::vector<char>(1 << 20);
    std::size_t filled = 0;
    std::string answers;
};

/// False when the connection has ended.
bool serve(Client& client, Arrivals& arrivals) {
    const auto got =
        ::recv(client.handle, client.buffer.data() + client.filled, client.buffer.size() - client.filled, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) return false;
    client.filled += static_cast<std::size_t>(got);
    std::string_view bytes{client.buffer.data(), client.filled};
    client.answers.clear();
    const auto now = now_ns();
    for (Packet packet; take_packet(bytes, packet);) {
        switch (packet.type()) {
            case 1: client.answers.append("\x20\x02\x00\x00", 4); break;
            case 12: client.answers.append("\xd0\x00", 2); break;
            case 14: return false;
            default: answer(packet, client.answers, [&](std::string_view payload) { arrivals.add(payload, now); });
        }
    }
    if (bytes.size() == client.buffer.size()) return false;  // a packet larger than anything measured here
    std::copy(bytes.begin(), bytes.end(), client.buffer.begin());
    client.filled = bytes.size();
    return send_all(client.handle, client.answers);
}

int run(const Arguments& arguments) {
    const int listener = bound_socket(SOCK_STREAM, static_cast<std::uint16_t>(arguments.number("port", 0)));
    if (::listen(listener, 16) != 0) fail("listen");
    note_signals_to_end();
    std::printf("port %u\n", port_of(listener));
    std::fflush(stdout);

    const auto quiet = static_cast<std::int64_t>(arguments.number("quiet", 0.3) * 1e9);
    Arrivals arrivals{arguments.text("progress", "")};
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<pollfd> polled;
    std::int64_t told_at = 0;
    while (true) {
        if (told_to_end()) {
            if (told_at == 0) told_at = now_ns();
            if (now_ns() - std::max(told_at, arrivals.last()) >= quiet) break;
        }
        polled.assign(1, {listener, POLLIN, 0});
        for (const auto& client : clients) polled.push_back({client->handle, POLLIN, 0});
        if (::poll(polled.data(), polled.size(), 50) <= 0) continue;
        for (std::size_t i = polled.size() - 1; i > 0; --i)
            if (polled[i].revents != 0 && !serve(*clients[i - 1], arrivals))
                clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i - 1));
        if (polled[0].revents != 0)
            if (const int handle = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC); handle >= 0)
                clients.push_back(std::make_unique<Client>(handle));
    }
    std::printf("%s\n", arrivals.text().c_str());
    return 0;
}

}  // namespace

int main(int count, char** values) {
    try {
        return run(Arguments{count, values});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "ideal_broker: %s\n", error.what());
        return 1;
    }
}
