#include "counts.hpp"
#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <string>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* handler = "id: h\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: t\n  qos: 1\n";

void send_failures(std::uint16_t port, unsigned count) {
    for (unsigned number = 1; number <= count; ++number) {
        auto line = failed_line;
        line.execution_id = guid(number);
        send_udp(port, line.text());
    }
}

}  // namespace

TEST_CASE("SIGTERM and SIGINT: what was taken is delivered, exit code 0") {
    for (const int number : {SIGTERM, SIGINT}) {
        CAPTURE(number);
        const auto broker = Mosquitto::started();
        const auto port = free_port(Protocol::udp);
        const Site site{mqtt_section("plant", broker->url()) + task_log_section(port)};
        const auto diary = site.path() / "diary.log";
        site.handler("diary.yaml", diary_handler(diary));
        site.handler("h.yaml", handler);
        Router router{site.config()};
        const Subscriber subscriber{broker->observer_port()};
        send_failures(port, 20);
        wait_for_diary(diary, 20);
        CHECK(router.stop(number).code == 0);
        CHECK(check_counts(router).value("left_behind") == "0");
        CHECK(subscriber.wait_for(20).size() == 20);
    }
}

TEST_CASE("a stop waits for the broker within the drain time") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url()) + task_log_section(port), "drain-timeout = \"60s\""};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    site.handler("h.yaml", handler);
    Router router{site.config()};
    router.wait_for("connected");
    broker->freeze();
    send_failures(port, 20);
    wait_for_diary(diary, 20);
    router.process().send_signal(SIGTERM);
    CHECK_FALSE(router.process().wait(500ms));
    broker->thaw();
    CHECK(router.process().wait() == 0);
    CHECK(check_counts(router).value("left_behind") == "0");
    CHECK(broker->received().size() >= 20);
}

TEST_CASE("a stop with the broker down says how many deliveries stay behind") {
    const Mosquitto broker;
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker.url()) + task_log_section(port), "drain-timeout = \"1s\""};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    site.handler("h.yaml", handler);
    Router router{site.config()};
    send_failures(port, 7);
    wait_for_diary(diary, 7);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(router.stop().code == 0);
    CHECK(std::chrono::steady_clock::now() - begin >= 900ms);
    CHECK(check_counts(router).value("left_behind") == "7");
}

TEST_CASE("a second signal ends a long drain at once") {
    const Mosquitto broker;
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker.url()) + task_log_section(port), "drain-timeout = \"1h\""};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    site.handler("h.yaml", handler);
    Router router{site.config()};
    send_failures(port, 1);
    wait_for_diary(diary, 1);
    router.process().send_signal(SIGTERM);
    CHECK_NOTHROW(router.wait_for("stopping"));
    CHECK_FALSE(router.process().wait(300ms));
    CHECK(router.stop().code == 0);
    CHECK(check_counts(router).value("left_behind") == "1");
}
