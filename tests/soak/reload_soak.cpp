// reload_soak COUNT: so many reloads, every third of them invalid, while numbered events come in. Tells how many
// deliveries were lost or doubled; exit code 1 when there is one.

#include "support/ports.hpp"
#include "support/reload_site.hpp"
#include "support/tap.hpp"
#include "support/wait.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <thread>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

constexpr unsigned ids = 50;
constexpr unsigned in_a_row = 10;
constexpr auto between_rows = 20ms;  // 500 events a second
constexpr unsigned events_between_reloads = 20;

constexpr std::array handlers{"steady", "changed", "moved", "section"};

/// Sends events until it is stopped.
class Load {
  public:
    explicit Load(std::uint16_t port)
        : thread_{[this, port] {
              const UdpSocket socket;
              while (!ended_) {
                  for (unsigned i = 0; i < in_a_row; ++i) socket.send(port, ReloadSite::datagram(++sent_, ids));
                  std::this_thread::sleep_for(between_rows);
              }
          }} {}
    ~Load() { stop(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void stop() {
        ended_ = true;
        if (thread_.joinable()) thread_.join();
    }
    unsigned sent() const noexcept { return sent_; }

  private:
    std::atomic<bool> ended_{false};
    std::atomic<unsigned> sent_{0};
    std::thread thread_;
};

std::string handler(const std::string& name, const std::string& broker, const std::string& more = "") {
    return numbered_handler(name, "  broker-name: " + broker + "\n" + more);
}

/// What the configuration and the handlers say from reload `round` on.
void change(const ReloadSite& site, const Mosquitto& first, const Mosquitto& second, unsigned round) {
    const auto window = "window = " + std::to_string(50 + round % 2 * 50);
    site.configure_source(round % 4 < 2 ? "" : "rate-limit = 10000000",
                          mqtt_section("one", first.url(), "default = true") + mqtt_section("two", second.url()) +
                              mqtt_section("three", first.url(), window));
    site.handler("steady.yaml", handler("steady", "one"));
    site.handler("changed.yaml", handler("changed", "one", "  payload: round " + std::to_string(round) + "\n"));
    site.handler("moved.yaml", handler("moved", round % 2 == 0 ? "one" : "two"));
    site.handler("section.yaml", handler("section", "three"));
}

using Arrived = std::map<std::string, unsigned, std::less<>>;  ///< by MQTT topic, how often

Arrived arrived(const Tap& first, const Tap& second) {
    Arrived all;
    for (const auto* tap : {&first, &second})
        for (const auto& message : tap->messages()) ++all[message.topic];
    return all;
}

int soak(unsigned reloads) {
    const MosquittoSetup quiet{.quiet = true};
    const auto first = Mosquitto::started(quiet);
    const auto second = Mosquitto::started(quiet);
    const Tap first_tap{first->observer_port()};
    const Tap second_tap{second->observer_port()};
    ReloadSite site;
    site.remove_handler("diary.yaml");
    change(site, *first, *second, 0);
    Router router{site.config()};
    Load load{site.port()};

    unsigned refused = 0;
    for (unsigned round = 1; round <= reloads; ++round) {
        const auto goal = load.sent() + events_between_reloads;
        wait_until([&] { return load.sent() >= goal; });
        change(site, *first, *second, round);
        if (round % 3 != 0) {
            reload(router);
            continue;
        }
        site.handler("bad.yaml", handler("bad", "nobody"));
        refused_reload(router);
        ++refused;
        site.remove_handler("bad.yaml");
    }
    load.stop();

    const std::size_t wanted = handlers.size() * load.sent();
    const bool all_there = wait_until([&] { return first_tap.count() + second_tap.count() >= wanted; });
    const auto code = router.stop().code;
    const auto topics = arrived(first_tap, second_tap);
    unsigned lost = 0;
    unsigned doubled = 0;
    for (const std::string name : handlers)
        for (unsigned number = 1; number <= load.sent(); ++number) {
            const auto found = topics.find(name + "/" + std::to_string(number));
            if (found == topics.end() && ++lost <= 10) std::cerr << "lost: " << name << '/' << number << '\n';
            if (found != topics.end() && found->second > 1 && ++doubled <= 10)
                std::cerr << "doubled: " << name << '/' << number << ", " << found->second << " times\n";
        }
    std::cout << reloads << " reloads, lost " << lost << ", doubled " << doubled << std::endl;
    std::cerr << load.sent() << " events, " << refused << " reloads refused, exit code " << code << '\n';
    if (all_there && lost == 0 && doubled == 0 && code == 0) return 0;
    std::cerr << router.output();
    return 1;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const auto reloads = count == 2 ? std::strtoul(arguments[1], nullptr, 10) : 0;
        if (reloads == 0) {
            std::cerr << "usage: reload_soak COUNT\n";
            return 2;
        }
        return soak(static_cast<unsigned>(reloads));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
