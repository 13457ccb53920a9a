#include "counts.hpp"
#include "fixtures/plugin_folder.hpp"
#include "support/http_client.hpp"
#include "support/ports.hpp"
#include "support/reload_site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

bool gets(const Mosquitto& broker, const std::string& prefix, const std::vector<unsigned>& wanted) {
    return wait_until([&] { return numbers(broker, prefix) == wanted; });
}

std::size_t lines_in(const std::filesystem::path& file) { return lines_of(read_text(file)).size(); }

void check_end(Router& router) {
    CHECK(router.stop().code == 0);
    check_counts(router);
}

std::string http_section(std::uint16_t port) { return "[http]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\n"; }

bool answers(std::uint16_t port) {
    try {
        return http_get(port, "/readyz").status == 200;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

TEST_CASE("a changed source has its socket from the old one: every datagram that is sent meanwhile arrives") {
    const auto broker = Mosquitto::started();
    const auto plant = mqtt_section("plant", broker->url());
    ReloadSite site{plant};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    std::atomic<bool> ended{false};
    unsigned sent = 0;
    std::thread sender{[&] {
        const UdpSocket socket;
        while (!ended) {
            socket.send(site.port(), ReloadSite::datagram(++sent, 100));
            std::this_thread::sleep_for(2ms);
        }
    }};
    for (const auto* line : {"rate-limit = 1000000", "dedupe = \"1s\"", "max-datagram = 2000", ""}) {
        site.configure_source(line, plant);
        reload(router);
    }
    // With a second source it has another name.
    const auto port = free_port(Protocol::udp);
    site.configure(task_log_section(port) + plant);
    reload(router);
    send_udp(port, ReloadSite::datagram(1'000'000));
    site.configure(plant);
    reload(router);
    ended = true;
    sender.join();
    CHECK(wait_until([&] { return lines_in(site.diary()) >= sent + 1; }));
    CHECK(wait_until([&] { return numbers(*broker, "h").size() >= sent + 1; }));
    CHECK(lines_in(site.diary()) == sent + 1);
    auto arrived = numbers(*broker, "h");
    std::sort(arrived.begin(), arrived.end());
    auto wanted = all_from(1, sent);
    wanted.push_back(1'000'000);
    CHECK(arrived == wanted);
    CHECK(connects(*broker, "plant") == 1);
    check_end(router);
}

TEST_CASE("a changed source does what its section says now") {
    const auto broker = Mosquitto::started();
    const auto plant = mqtt_section("plant", broker->url());
    ReloadSite site{plant};
    Router router{site.config()};
    site.send(5);
    site.configure_source("rate-limit = 2", plant);
    reload(router);
    for (unsigned i = 0; i < 5; ++i) send_udp(site.port(), ReloadSite::datagram(100 + i));
    CHECK(wait_until([&] { return lines_in(site.diary()) == 7; }));
    CHECK(router.stop().code == 0);
    check_counts(router);
    CHECK(router.wait_for("\"events\"").value("limited") == "3");
}

TEST_CASE("a source is added and removed; the port of a removed one is free again") {
    ReloadSite site;
    const auto port = free_port(Protocol::udp);
    const auto listens = [port] {
        Process probe{{"socat", "-u", "UDP4-RECV:" + std::to_string(port) + ",bind=127.0.0.1", "OPEN:/dev/null"}};
        return probe.wait(200ms).has_value();
    };
    Router router{site.config()};
    site.send(2);
    for (int i = 0; i < 2; ++i) {
        site.configure(task_log_section(port));
        reload(router);
        CHECK(listens());
        const auto before = lines_in(site.diary());
        send_udp(port, ReloadSite::datagram(500 + static_cast<unsigned>(i)));
        CHECK(wait_until([&] { return lines_in(site.diary()) == before + 1; }));
        site.configure("");
        reload(router);
        CHECK_FALSE(listens());
    }
    check_end(router);
}

TEST_CASE("a source that cannot be started: nothing is changed, and the address is told") {
    const auto broker = Mosquitto::started();
    const auto plant = mqtt_section("plant", broker->url());
    ReloadSite site{plant};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(2);
    const UdpSocket taken;
    const auto port = free_port(Protocol::udp);
    site.handler("new.yaml", numbered_handler("new"));
    // One that can be started, one that cannot, and one that would be changed.
    site.configure_source("rate-limit = 1", task_log_section(port) + task_log_section(taken.port()) +
                                                mqtt_section("plant", broker->url(), "window = 10"));
    const auto told = refused_reload(router);
    CHECK(told.find("127.0.0.1:" + std::to_string(taken.port())) != std::string::npos);
    CHECK(told.find("in use") != std::string::npos);
    CHECK(told.find("tocsin.toml:") != std::string::npos);
    const auto before = lines_in(site.diary());
    send_udp(port, ReloadSite::datagram(900));
    site.send(20);
    CHECK(gets(*broker, "h", all_from(1, 22)));
    CHECK(numbers(*broker, "new").empty());
    CHECK(lines_in(site.diary()) == before + 20);
    CHECK(connects(*broker, "plant") == 1);
    // Two sections that want the same socket.
    site.configure(task_log_section(site.port()) + plant);
    CHECK(refused_reload(router).find("does already") != std::string::npos);
    site.send(1);
    // And once it is mended, all of it.
    site.configure(task_log_section(port) + plant);
    reload(router);
    site.send(1);
    CHECK(gets(*broker, "new", {24}));
    check_end(router);
}

TEST_CASE("a source that would listen on more than the address it reads needs a restart, which is told") {
    ReloadSite site;
    const auto port = free_port(Protocol::udp);
    const auto listens = [port](const std::string& host) {
        return "[[task-log]]\nlisten = \"" + host + ":" + std::to_string(port) + "\"\nallow-from = [\"127.0.0.1\"]\n";
    };
    site.configure(listens("localhost"));
    Router router{site.config()};
    const auto address = "127.0.0.1:" + std::to_string(port);
    CHECK(router.wait_for("\"asked\":\"localhost").value("address") == address);
    send_udp(port, ReloadSite::datagram(500));
    REQUIRE(wait_until([&] { return lines_in(site.diary()) == 1; }));

    site.configure(listens("*"));
    const auto told = refused_reload(router);
    INFO(told);
    CHECK(told.find("(task-log-2 of this router reads " + address + ", until it is restarted)") != std::string::npos);
    send_udp(port, ReloadSite::datagram(501));
    CHECK(wait_until([&] { return lines_in(site.diary()) == 2; }));
    CHECK(router.stop().code == 0);

    const Router again{site.config()};
    CHECK(again.wait_for("\"asked\":\"*").value("address") == "*:" + std::to_string(port));
}

TEST_CASE("a socket that was passed comes back to a source that is removed and added again, with what is queued") {
    const UdpSocket passed;
    ReloadSite site;
    const auto with_it = task_log_section(passed.port());
    site.configure(with_it);
    Router router{site.config(), {}, {}, {passed.handle()}};
    site.send(1);
    send_udp(passed.port(), ReloadSite::datagram(500));
    REQUIRE(wait_until([&] { return lines_in(site.diary()) == 2; }));
    site.configure("");
    reload(router);
    send_udp(passed.port(), ReloadSite::datagram(501));
    site.configure(with_it);
    reload(router);
    CHECK(wait_until([&] { return lines_in(site.diary()) == 3; }));
    check_end(router);
}

TEST_CASE("HTTP is added, moved, and removed; an address in use is told and nothing changed") {
    const auto first = free_port(Protocol::tcp);
    const auto second = free_port(Protocol::tcp);
    ReloadSite site;
    Router router{site.config()};
    site.configure(http_section(first));
    reload(router);
    CHECK(answers(first));
    site.configure(http_section(second));
    reload(router);
    CHECK(answers(second));
    CHECK_FALSE(answers(first));
    // The same port on every address: the old one is in the way.
    site.configure("[http]\nlisten = \"*:" + std::to_string(second) + "\"\n");
    reload(router);
    CHECK(answers(second));

    const auto broker = Mosquitto::started();
    site.configure(http_section(broker->port()));
    const auto told = refused_reload(router);
    CHECK(told.find("http.listen") != std::string::npos);
    CHECK(told.find("tocsin.toml:") != std::string::npos);
    CHECK(answers(second));
    // An address that is not this machine's, on the same port: the old server comes back.
    site.configure("[http]\nlisten = \"192.0.2.1:" + std::to_string(second) + "\"\n");
    CHECK(refused_reload(router).find("http.listen") != std::string::npos);
    CHECK(answers(second));

    site.configure("");
    reload(router);
    CHECK_FALSE(answers(second));
    site.send(1);
    check_end(router);
}

TEST_CASE("what needs a restart is warned of at each reload, and stays as it is") {
    ReloadSite site;
    Router router{site.config()};
    site.configure("", "state-dir = \"elsewhere\"\nspool-size = 7\ndead-letters = 8\ncall-limit = \"9s\"\n");
    const auto warnings = [&] {
        std::vector<std::string> keys;
        for (const auto& line : router.log())
            if (line.msg == "changes with the next start only") {
                const auto place = line.value("place").value_or("");
                keys.push_back(place.substr(place.rfind('/') + 1) + ": " + line.value("key").value_or(""));
            }
        return keys;
    };
    const std::vector<std::string> all{"tocsin.toml:3:13: tocsin.state-dir", "tocsin.toml:4:14: tocsin.spool-size",
                                       "tocsin.toml:5:16: tocsin.dead-letters", "tocsin.toml:6:14: tocsin.call-limit"};
    reload(router);
    auto wanted = all;
    CHECK(warnings() == wanted);
    reload(router);
    wanted.insert(wanted.end(), all.begin(), all.end());
    CHECK(warnings() == wanted);
    CHECK_FALSE(std::filesystem::exists(site.path() / "elsewhere"));
    site.configure("");
    reload(router);
    CHECK(warnings() == wanted);
    site.send(1);
    check_end(router);
}

TEST_CASE("a folder of plugins is added, and its sink is used") {
    const PluginFolder plugins;
    plugins.add("sound");
    ReloadSite site;
    Router router{site.config()};
    site.handler("sound.yaml", "id: s\ntopic: qlik.task\nkind: sound\n");
    CHECK(refused_reload(router).find("no plugin brings a sink of kind") != std::string::npos);
    site.configure("", "plugin-path = [\"" + plugins.path().string() + "\"]\n");
    reload(router);
    site.send(3);
    CHECK(router.stop().code == 0);
    check_counts(router);
    bool seen = false;
    for (const auto& line : router.log())
        if (line.msg == "deliveries" && line.value("handler") == "s") seen = line.value("delivered") == "3";
    CHECK(seen);
}

TEST_CASE("a sink that hangs in its stop is left behind, and what it has goes on through the new instance") {
    const PluginFolder plugins;
    plugins.add("blocks_in_stop");
    const auto block = plugins.beside("block");
    const auto broker = Mosquitto::started();
    const auto plant = mqtt_section("plant", broker->url());
    const auto path = "plugin-path = [\"" + plugins.path().string() + "\"]\ndrain-timeout = \"200ms\"\n";
    ReloadSite site{"[[blocks-in-stop]]\nnote = \"one\"\n" + plant, path};
    site.handler("s.yaml", "id: s\ntopic: qlik.task\nkind: blocks-in-stop\n");
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config(), {{"TOCSIN_TEST_BLOCK", block.string()}}};
    plugins.write("../block", "");
    site.send(30, 30);
    site.configure("[[blocks-in-stop]]\nnote = \"two\"\n" + plant, path);
    reload(router);
    router.wait_for("did not stop in time");
    site.send(5);
    CHECK(gets(*broker, "h", all_from(1, 35)));
    // The new one answers what it is asked from now on; what it has let go by unanswered is for the end.
    std::filesystem::remove(block);
    site.send(5, 40);
    const auto finished = router.stop();
    CHECK(finished.code == 0);
    check_counts(router);
    CHECK(count_lines(router, "did not stop in time") >= 1);
}
