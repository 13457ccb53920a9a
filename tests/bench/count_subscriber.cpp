// Counts what comes through a real broker.
//
// count_subscriber --port N [--quiet SECONDS] [--progress FILE]
//
// Subscribes to everything at QoS 0, which a broker writes at once, and connects again at once when the broker was
// away. Prints `subscribed`, and after SIGTERM, when nothing has come for --quiet seconds (0.3), what Arrivals::text
// says. --progress: where a sender looks.

#include "arguments.hpp"
#include "arrivals.hpp"
#include "ending.hpp"
#include "mqtt_packets.hpp"
#include "sockets.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin::bench;

namespace {

constexpr std::string_view connect_packet{
    "\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05"
    "count",
    19};
constexpr std::string_view subscribe_packet{"\x82\x06\x00\x01\x00\x01#\x00", 8};

class Subscriber {
  public:
    explicit Subscriber(const Arguments& arguments)
        : port_{static_cast<std::uint16_t>(std::stoul(arguments.text("port")))},
          quiet_{static_cast<std::int64_t>(arguments.number("quiet", 0.3) * 1e9)},
          arrivals_{arguments.text("progress", "")} {}

    void run() {
        while (!ends()) {
            if (connect()) read_all();
            ::close(handle_);
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
        std::printf("%s\n", arrivals_.text().c_str());
    }

  private:
    bool connect() {
        handle_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (handle_ < 0) fail("socket");
        const auto address = loopback(port_);
        if (::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
        send_at_once(handle_);
        filled_ = 0;
        return send_all(handle_, connect_packet);
    }

    void read_all() {
        while (!ends()) {
            pollfd polled{handle_, POLLIN, 0};
            if (::poll(&polled, 1, 50) <= 0) continue;
            const auto got = ::recv(handle_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return;
            filled_ += static_cast<std::size_t>(got);
            if (!take_in()) return;
        }
    }

    bool take_in() {
        std::string_view bytes{buffer_.data(), filled_};
        const auto now = now_ns();
        for (Packet packet; take_packet(bytes, packet);) {
            if (packet.type() == 2 && !send_all(handle_, subscribe_packet)) return false;
            if (packet.type() == 9) {
                std::printf("subscribed\n");
                std::fflush(stdout);
            }
            if (packet.type() == 3) arrivals_.add(payload_of(packet), now);
        }
        std::copy(bytes.begin(), bytes.end(), buffer_.begin());
        filled_ = bytes.size();
        return true;
    }

    bool ends() {
        if (!told_to_end()) return false;
        if (told_at_ == 0) told_at_ = now_ns();
        return now_ns() - std::max(told_at_, arrivals_.last()) >= quiet_;
    }

    std::uint16_t port_;
    std::int64_t quiet_;
    int handle_ = -1;
    std::vector<char> buffer_ = std::vector<char>(1 << 20);
    std::size_t filled_ = 0;
    std::int64_t told_at_ = 0;
    Arrivals arrivals_;
};

}  // namespace

int main(int count, char** values) {
    try {
        const Arguments arguments{count, values};
        note_signals_to_end();
        Subscriber{arguments}.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "count_subscriber: %s\n", error.what());
        return 1;
    }
}
