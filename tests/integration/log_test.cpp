#include "counts.hpp"
#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <random>
#include <string>

using namespace tocsin::testing;

namespace {

const std::string forged =
    "gar\x1b[31mbage\r\n2026-01-01 00:00:00.000 error forged\x07 \xff \x7f \xc2\x9b"
    "31m";

/// Whether a control character other than a line end is in it, C1's among them.
bool has_raw(const std::string& text) {
    if (text.find("\xc2\x9b") != std::string::npos) return true;
    return std::any_of(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) < 0x20 && byte != '\n') || byte == '\x7f';
    });
}

struct Station {
    std::uint16_t port = free_port(Protocol::udp);
    Site site{task_log_section(port)};
    std::filesystem::path diary = site.path() / "diary.log";
    Station() { site.handler("diary.yaml", diary_handler(diary)); }
};

}  // namespace

TEST_CASE("away from a terminal the log is JSON lines") {
    const Station station;
    Process process{{tocsin_exe(), "run", "--config", station.site.config().string()}};
    REQUIRE(wait_until([&] { return process.err().find("\"ready\"") != std::string::npos; }));
    process.send_signal(SIGTERM);
    CHECK(process.wait() == 0);
    CHECK(process.out().empty());
    bool ready = false;
    bool stopped = false;
    for (const auto& text : lines_of(process.err(), true)) {
        const LogLine line{text};
        ready = ready || line.msg == "ready";
        stopped = stopped || line.msg == "stopped";
    }
    CHECK(ready);
    CHECK(stopped);
}

TEST_CASE("text from outside is escaped in the log, in either format") {
    for (const std::string format : {"json", "text"}) {
        CAPTURE(format);
        const Station station;
        Process process{{tocsin_exe(), "--log-format", format, "run", "--config", station.site.config().string()}};
        REQUIRE(wait_until([&] { return process.err().find("ready") != std::string::npos; }));
        send_udp(station.port, forged);
        REQUIRE(wait_until([&] { return process.err().find("forged") != std::string::npos; }));
        process.send_signal(SIGTERM);
        CHECK(process.wait() == 0);
        CHECK_FALSE(has_raw(process.err()));
        for (const auto& line : lines_of(process.err(), true)) CHECK_FALSE(line.starts_with("2026-01-01 00:00:00.000"));
        if (format == "json")
            for (const auto& line : lines_of(process.err(), true)) CHECK_NOTHROW(LogLine{line});
    }
}

TEST_CASE("garbage datagrams are counted and the next alert goes through") {
    const Station station;
    Router router{station.site.config()};
    std::mt19937 random{4711};
    const UdpSocket sender;
    const auto good = failed_line.text();
    for (int round = 0; round < 300; ++round) {
        std::string text(random() % 600, '\0');
        for (auto& byte : text) byte = static_cast<char>(random());
        sender.send(station.port, text);
        sender.send(station.port, good.substr(0, random() % (good.size() - 30)));
        if (round % 25 != 0) continue;
        // The answer to a sound line says that all before it has been read.
        auto line = failed_line;
        line.execution_id = guid(1000 + static_cast<unsigned>(round));
        sender.send(station.port, line.text());
        wait_for_diary(station.diary, static_cast<std::size_t>(round / 25 + 1));
    }
    for (const auto& text : {std::string{}, std::string(65'507, ';'), std::string(65'507, 'x'), std::string(11, ';'),
                             "/scheduler-task-failed/" + std::string(40'000, ';')})
        sender.send(station.port, text);
    sender.send(station.port, good);
    CHECK(wait_for_diary(station.diary, 13).size() >= 13);
    CHECK(router.stop().code == 0);
    CHECK_FALSE(has_raw(router.output()));
    check_counts(router);
    CHECK(number(router.wait_for("\"events\""), "malformed") > 300);
}

TEST_CASE("an address in use is told with its place, and an exit code") {
    const UdpSocket taken;
    const Site site{task_log_section(taken.port())};
    site.handler("x.yaml", diary_handler(site.path() / "diary.log"));
    const auto finished = run({tocsin_exe(), "--log-format", "json", "run", "--config", site.config().string()});
    CHECK(finished.code != 0);
    CHECK(finished.code < 128);
    const auto output = finished.out + finished.err;
    INFO(output);
    CHECK(output.find("tocsin.toml:5:10: task-log.listen: cannot listen on 127.0.0.1:" + std::to_string(taken.port()) +
                      ": Address already in use\n") != std::string::npos);
    CHECK(output.find("\"ready\"") == std::string::npos);
}

TEST_CASE("payloads are not in the log, also when their delivery is refused") {
    const auto broker = Mosquitto::started({.users = {{"anna", "canary-word"}}, .acl = "user anna\ntopic read #\n"});
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url(), "username = \"anna\"\npassword = \"canary-word\"\n") +
                    task_log_section(port)};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    site.handler("a.yaml", "id: a\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: t\n  qos: 1\n");
    site.handler("b.yaml", "id: b\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: '{{ .Details }}'\n  qos: 1\n");
    Router router{site.config()};
    auto line = failed_line;
    line.message = "canary-payload";
    send_udp(port, line.text());
    wait_for_diary(diary, 1);
    CHECK(wait_until([&] { return !broker->received().empty() || broker->log().find("Denied") != std::string::npos; }));
    CHECK(router.stop().code == 0);
    CHECK(router.output().find("canary") == std::string::npos);
}
