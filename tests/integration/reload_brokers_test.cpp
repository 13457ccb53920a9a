#include "support/reload_site.hpp"

#include "counts.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

bool gets(const Mosquitto& broker, const std::string& prefix, const std::vector<unsigned>& wanted) {
    return wait_until([&] { return numbers(broker, prefix) == wanted; });
}

std::string on(const std::string& broker) { return "  broker-name: " + broker + "\n"; }

void check_end(Router& router) {
    CHECK(router.stop().code == 0);
    check_counts(router);
}

/// What the broker's log tells of connections that came and went, as a text of + and -.
std::string comings_and_goings(const Mosquitto& broker, const std::string& client) {
    std::string text;
    for (const auto& line : lines_of(broker.log())) {
        if (line.find("New client connected") != std::string::npos &&
            line.find(" as " + client + " ") != std::string::npos)
            text += '+';
        if (line.find("Client " + client + " ") != std::string::npos &&
            (line.find(" disconnected") != std::string::npos || line.find(" closed") != std::string::npos))
            text += '-';
    }
    return text;
}

}  // namespace

TEST_CASE("a changed section connects when the old connection has gone, and the other brokers keep theirs") {
    const auto first = Mosquitto::started();
    const auto second = Mosquitto::started();
    const auto other = mqtt_section("other", second->url(), "default = true");
    ReloadSite site{other + mqtt_section("plant", first->url())};
    site.handler("h.yaml", numbered_handler("h", on("plant")));
    site.handler("o.yaml", numbered_handler("o"));
    Router router{site.config()};
    for (const auto* lines : {"qos = 1", "window = 10", "keepalive = \"10s\"", "protocol = \"5\""}) {
        site.send(20, 20);
        REQUIRE(wait_until([&] { return comings_and_goings(*first, "plant").ends_with('+'); }));
        site.configure(other + mqtt_section("plant", first->url(), lines));
        reload(router);
    }
    site.send(20, 20);
    CHECK(gets(*first, "h", all_from(1, 100)));
    CHECK(gets(*second, "o", all_from(1, 100)));
    CHECK(comings_and_goings(*first, "plant") == "+-+-+-+-+");
    CHECK_FALSE(has_thrown_out(*first));
    CHECK(connects(*second, "other") == 1);
    check_end(router);
}

TEST_CASE("a section that is renamed and keeps its client-id throws nobody out") {
    const auto broker = Mosquitto::started();
    ReloadSite site{mqtt_section("one", broker->url(), "client-id = \"tocsin\"")};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    for (const auto* name : {"two", "three", "one"}) {
        site.send(10);
        REQUIRE(gets(*broker, "h", all_from(1, site.sent())));
        site.configure(mqtt_section(name, broker->url(), "client-id = \"tocsin\""));
        reload(router);
    }
    site.send(10);
    CHECK(gets(*broker, "h", all_from(1, 40)));
    CHECK(comings_and_goings(*broker, "tocsin") == "+-+-+-+");
    CHECK_FALSE(has_thrown_out(*broker));
    check_end(router);
}

TEST_CASE("what a broker that is down has pending goes to the one that the section or the handler names now") {
    Mosquitto down;
    const auto up = Mosquitto::started();
    ReloadSite site{mqtt_section("a", down.url(), "default = true") + mqtt_section("b", up->url())};
    site.handler("h.yaml", numbered_handler("h"));
    site.handler("o.yaml", numbered_handler("o"));
    Router router{site.config()};
    site.send(150, 7);
    SUBCASE("the handler") {
        site.handler("h.yaml", numbered_handler("h", on("b")));
        reload(router);
        site.send(10, 7);
        CHECK(gets(*up, "h", all_from(1, 160)));
        CHECK(numbers(*up, "o").empty());
        CHECK(connects(*up, "b") == 1);
        down.start();
        CHECK(gets(down, "o", all_from(1, 160)));
        CHECK(numbers(down, "h").empty());
    }
    SUBCASE("the section") {
        site.configure(mqtt_section("a", up->url(), "default = true") + mqtt_section("b", up->url()));
        reload(router);
        site.send(10, 7);
        CHECK(gets(*up, "h", all_from(1, 160)));
        CHECK(gets(*up, "o", all_from(1, 160)));
        CHECK(connects(*up, "b") == 1);
    }
    SUBCASE("another kind of sink") {
        const auto file = site.path() / "h.log";
        site.handler("h.yaml", "id: h\ntopic: qlik.task\nkind: log\noptions:\n  path: " + file.string() + "\n");
        reload(router);
        site.send(10, 7);
        CHECK(wait_until([&] { return lines_of(read_text(file)).size() == 160; }));
    }
    check_end(router);
}

TEST_CASE("brokers are added and removed; of a removed one the connection is closed") {
    const auto first = Mosquitto::started();
    const auto second = Mosquitto::started();
    const auto a = mqtt_section("a", first->url(), "default = true");
    ReloadSite site{a};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(10);

    site.configure(a + mqtt_section("b", second->url()));
    site.handler("b.yaml", numbered_handler("b", on("b")));
    reload(router);
    site.send(10);
    REQUIRE(gets(*second, "b", all_from(11, 20)));

    site.configure(a);
    CHECK(refused_reload(router).find("options.broker-name") != std::string::npos);
    site.remove_handler("b.yaml");
    reload(router);
    CHECK(wait_until([&] { return comings_and_goings(*second, "b") == "+-"; }));
    site.send(10);
    CHECK(gets(*first, "h", all_from(1, 30)));
    CHECK(connects(*first, "a") == 1);
    CHECK(numbers(*second, "b") == all_from(11, 20));
    check_end(router);
}

TEST_CASE("a changed section of a stopped broker holds a reload up for drain-timeout at most, and loses nothing") {
    const auto broker = Mosquitto::started();
    const auto healthy = Mosquitto::started();
    const auto other = mqtt_section("other", healthy->url(), "default = true");
    const std::string keys = "drain-timeout = \"300ms\"\n";
    ReloadSite site{other + mqtt_section("plant", broker->url()), keys};
    site.handler("h.yaml", numbered_handler("h", on("plant")));
    site.handler("o.yaml", numbered_handler("o"));
    Router router{site.config()};
    REQUIRE(wait_until([&] { return connects(*broker, "plant") == 1; }));
    broker->freeze();
    site.send(120, 120);
    site.configure(other + mqtt_section("plant", broker->url(), "window = 10"), keys);
    reload(router);
    site.send(20, 120);
    CHECK(gets(*healthy, "o", all_from(1, 140)));
    broker->thaw();
    CHECK(wait_until([&] {
        auto all = numbers(*broker, "h");
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all == all_from(1, 140);
    }));
    CHECK(connects(*healthy, "other") == 1);
    check_end(router);
}

TEST_CASE("a certificate that was renewed in its place is taken up by a reload, and only then") {
    const Certificates certificates;
    const auto broker = Mosquitto::started({.tls = certificates.server()});
    ReloadSite site;
    const auto authority = site.path() / "ca.pem";
    std::filesystem::copy_file(certificates.authority(), authority);
    site.configure(mqtt_section("plant", broker->url(), "ssl-ca = \"ca.pem\""));
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(1);
    REQUIRE(gets(*broker, "h", {1}));
    reload(router);
    site.send(1);
    REQUIRE(gets(*broker, "h", {1, 2}));
    CHECK(connects(*broker, "plant") == 1);
    std::filesystem::last_write_time(authority, std::filesystem::last_write_time(authority) + 1s);
    reload(router);
    site.send(1);
    CHECK(gets(*broker, "h", {1, 2, 3}));
    CHECK(connects(*broker, "plant") == 2);
    check_end(router);
}

TEST_CASE("two SIGHUPs at once: the files as they are at the second are in force") {
    const auto broker = Mosquitto::started();
    ReloadSite site{mqtt_section("plant", broker->url())};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.handler("h.yaml", numbered_handler("h", "  retained: true\n"));
    for (int i = 0; i < 5; ++i) router.process().send_signal(SIGHUP);
    site.handler("i.yaml", numbered_handler("i"));
    router.process().send_signal(SIGHUP);
    REQUIRE(wait_until([&] {
        const auto log = router.log();
        return std::any_of(log.begin(), log.end(), [](const auto& line) {
            return line.msg == "reloaded" && line.value("handlers") == "3";
        });
    }));
    site.send(5);
    CHECK(gets(*broker, "h", all_from(1, 5)));
    CHECK(gets(*broker, "i", all_from(1, 5)));
    CHECK(connects(*broker, "plant") == 1);
    check_end(router);
}

TEST_CASE("SIGHUP during the drain changes nothing, and does not end it") {
    Mosquitto broker;
    ReloadSite site{mqtt_section("plant", broker.url()), "drain-timeout = \"1h\"\n"};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(3);
    router.process().send_signal(SIGTERM);
    router.wait_for("\"stopping\"");
    router.process().send_signal(SIGHUP);
    CHECK_FALSE(router.process().wait(200ms));
    broker.start();
    CHECK(router.process().wait() == 0);
    CHECK(numbers(broker, "h") == all_from(1, 3));
    CHECK(count_lines(router, "reloading") == 0);
    check_counts(router);
}

TEST_CASE("SIGTERM ends a reload that waits for a stopped broker, and what it has pending is kept") {
    const auto broker = Mosquitto::started();
    const std::string keys = "drain-timeout = \"1h\"\n";
    ReloadSite site{mqtt_section("plant", broker->url()), keys};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    REQUIRE(wait_until([&] { return connects(*broker, "plant") == 1; }));
    broker->freeze();
    site.send(5);
    site.configure(mqtt_section("plant", broker->url(), "window = 10"), keys);
    router.process().send_signal(SIGHUP);
    router.wait_for("\"reloading\"");
    CHECK_FALSE(router.process().wait(200ms));
    CHECK(count_lines(router, "reloaded") == 0);
    router.process().send_signal(SIGTERM);
    router.wait_for("\"stopping\"");
    CHECK(router.stop().code == 0);
    check_counts(router);
    CHECK(router.wait_for("left_behind").value("left_behind") == "5");
    CHECK(site.spool("SELECT count(*) FROM delivery") == std::vector<std::string>{"5"});
}
