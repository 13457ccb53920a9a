#include "counts.hpp"
#include "support/exposition.hpp"
#include "support/http_client.hpp"
#include "support/mosquitto.hpp"
#include "support/ports.hpp"
#include "support/router.hpp"
#include "support/sanitizer.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

using Numbers = std::vector<unsigned>;

constexpr const char* numbered = R"(
id: numbered
topic: numbered
kind: mqtt
options:
  topic: numbered/{{ .ID }}/{{ index .Tags "number" }}
  qos: 1
)";

/// What the source emits in one run.
struct Load {
    unsigned first = 0;
    unsigned count = 0;
    unsigned ids = 7;
    std::string level = "OK";
    unsigned size = 10;
    std::string pause = "0s";  ///< after each event
};

/// A source of numbered events, a broker, and what the program keeps beside its configuration.
struct Fixture {
    Mosquitto broker;
    Site site;

    explicit Fixture(const std::string& tocsin_keys = {})
        : site{mqtt_section("plant", broker.url()) + "[[acknowledging]]\njournal = \"journal\"\n",
               "drain-timeout = \"10s\"\n" + tocsin_keys} {}

    std::unique_ptr<Router> run(const Load& load = {}, const Arguments& wrapper = {}) const {
        const Environment environment{{"TOCSIN_PLUGIN_PATH", setting("TEST_PLUGINS")},
                                      {"TOCSIN_ACKNOWLEDGING_FIRST", std::to_string(load.first)},
                                      {"TOCSIN_ACKNOWLEDGING_COUNT", std::to_string(load.count)},
                                      {"TOCSIN_ACKNOWLEDGING_IDS", std::to_string(load.ids)},
                                      {"TOCSIN_ACKNOWLEDGING_LEVEL", load.level},
                                      {"TOCSIN_ACKNOWLEDGING_PAUSE", load.pause},
                                      {"TOCSIN_ACKNOWLEDGING_SIZE", std::to_string(load.size)}};
        return std::make_unique<Router>(site.config(), environment, wrapper);
    }

    /// The numbers that were committed, as the source wrote them down.
    std::set<unsigned> committed() const {
        std::set<unsigned> all;
        for (const auto& line : lines_of(read_text(site.path() / "journal")))
            all.insert(static_cast<unsigned>(std::stoul(line)));
        return all;
    }
    bool wait_for_committed(std::size_t count) const {
        return wait_until([&] { return committed().size() >= count; });
    }

    /// The numbers in the order in which the broker got them.
    Numbers received() const {
        Numbers all;
        for (const auto& one : broker.received())
            if (one.topic.starts_with("numbered/"))
                all.push_back(static_cast<unsigned>(std::stoul(one.topic.substr(one.topic.rfind('/') + 1))));
        return all;
    }
    bool wait_for_received(std::size_t count) const {
        return wait_until([&] {
            const auto all = received();
            return std::set<unsigned>{all.begin(), all.end()}.size() >= count;
        });
    }

    std::filesystem::path file() const { return site.path() / "state" / "spool.db"; }
};

/// The first time of each number, per id, when `ids` take turns.
bool in_order_per_id(const Numbers& numbers, unsigned ids) {
    std::map<unsigned, Numbers> by_id;
    std::set<unsigned> seen;
    for (const auto number : numbers)
        if (seen.insert(number).second) by_id[number % ids].push_back(number);
    return std::all_of(by_id.begin(), by_id.end(),
                       [](const auto& one) { return std::is_sorted(one.second.begin(), one.second.end()); });
}

std::size_t distinct(const Numbers& numbers) { return std::set<unsigned>{numbers.begin(), numbers.end()}.size(); }

std::string value_of(const Router& router, const std::string& handler, const std::string& key) {
    for (const auto& line : router.log())
        if (line.msg == "deliveries" && line.value("handler") == handler) return line.value(key).value_or("none");
    return "no line";
}

}  // namespace

TEST_CASE("2,000 events of an outage survive kill -9, and arrive in order before anything new") {
    Fixture test;
    test.site.handler("numbered.yaml", numbered);
    {
        const auto router = test.run({.count = 2000});
        REQUIRE(test.wait_for_committed(2000));
        router->process().kill();
    }
    const auto router = test.run({.first = 2000, .count = 20});
    REQUIRE(test.wait_for_committed(2020));
    test.broker.start();
    REQUIRE(test.wait_for_received(2020));
    const auto numbers = test.received();
    CHECK(in_order_per_id(numbers, 7));
    const auto first_new = std::find_if(numbers.begin(), numbers.end(), [](unsigned number) { return number >= 2000; });
    CHECK(distinct({numbers.begin(), first_new}) == 2000);
    CHECK(router->stop().code == 0);
    check_counts(*router);
    CHECK(value_of(*router, "numbered", "recovered") == "2000");
}

TEST_CASE("level, previous level and duration after kill -9 are those of a run without one") {
    Fixture test;
    test.broker.start();
    test.site.handler("numbered.yaml", numbered);
    test.site.handler("changes.yaml", R"(
id: changes
topic: numbered
match: changed() == TRUE
kind: mqtt
options:
  topic: changes/{{ .Level }}
  payload: '{{ .Duration }}'
  qos: 1
)");
    const Subscriber changes{test.broker.observer_port(), "changes/#"};
    unsigned number = 100;
    for (const auto* level : {"CRITICAL", "CRITICAL", "OK", "OK", "WARNING"}) {
        const auto router = test.run({.first = number, .count = 1, .ids = 1, .level = level});
        REQUIRE(test.wait_for_received((number - 100) / 10 + 1));
        REQUIRE(test.wait_for_committed((number - 100) / 10 + 1));
        router->process().kill();
        number += 10;
    }
    REQUIRE(wait_until(
        [&] { return !changes.messages().empty() && changes.messages().back().topic == "changes/WARNING"; }));
    const auto messages = changes.messages();
    // What had not left the spool when the program was killed is sent again.
    std::string text;
    for (const auto& message : messages)
        if (const auto line = message.topic + " " + message.payload + "\n"; text.find(line) == std::string::npos)
            text += line;
    CHECK(text == "changes/CRITICAL 0s\nchanges/OK 20s\nchanges/WARNING 0s\n");
}

TEST_CASE("an outage over a restart: expired deliveries become dead letters, of `keep: latest` the newest arrive") {
    Fixture test;
    test.site.handler("numbered.yaml", numbered);
    test.site.handler("expires.yaml",
                      "id: expires\ntopic: numbered\nexpiry: 50ms\nkind: mqtt\noptions:\n  topic: expired\n");
    test.site.handler("latest.yaml",
                      "id: latest\ntopic: numbered\nkeep: latest\nkind: mqtt\noptions:\n"
                      "  topic: latest/{{ .ID }}/{{ index .Tags \"number\" }}\n  qos: 1\n");
    {
        const auto router = test.run({.count = 700});
        REQUIRE(test.wait_for_committed(700));
        router->process().kill();
    }
    std::this_thread::sleep_for(50ms);  // the age that was asked for, not a wait for something to happen
    const auto router = test.run({.first = 700, .count = 7});
    REQUIRE(test.wait_for_committed(707));
    test.broker.start();
    REQUIRE(test.wait_for_received(707));
    CHECK(router->stop().code == 0);
    check_counts(*router);
    std::size_t latest = 0;
    for (const auto& one : test.broker.received()) {
        if (!one.topic.starts_with("latest/")) continue;
        ++latest;
        CHECK(std::stoul(one.topic.substr(one.topic.rfind('/') + 1)) >= 700);
    }
    CHECK(latest == 7);
    CHECK(std::stoul(value_of(*router, "expires", "dead")) >= 1);
    CHECK(run_ok({"sqlite3", test.file().string(), "SELECT DISTINCT reason FROM dead_letter"}) == "expired\n");
}

TEST_CASE("what was kept for a handler whose file was removed becomes dead letters") {
    Fixture test;
    test.site.handler("numbered.yaml", numbered);
    test.site.handler("gone.yaml", "id: gone\ntopic: numbered\nkind: mqtt\noptions:\n  topic: gone\n");
    {
        const auto router = test.run({.count = 300});
        REQUIRE(test.wait_for_committed(300));
        router->process().kill();
    }
    std::filesystem::remove(test.site.path() / "handlers" / "gone.yaml");
    test.broker.start();
    const auto router = test.run();
    CHECK(test.wait_for_received(300));
    CHECK(router->stop().code == 0);
    check_counts(*router);
    CHECK(run_ok({"sqlite3", test.file().string(),
                  "SELECT handler_id, reason, count(*) FROM dead_letter GROUP BY 1, 2"}) ==
          "gone|handler removed|300\n");
}

TEST_CASE("a handler at its quota refuses its newest, and no other one") {
    Fixture test{"spool-size = 1"};
    test.site.handler("numbered.yaml", numbered);
    const auto diary = test.site.path() / "diary.log";
    test.site.handler("diary.yaml",
                      "id: diary\ntopic: numbered\nkind: log\noptions:\n  path: " + diary.string() + "\n");
    const auto router = test.run({.count = 3000, .size = 400, .pause = "200us"});
    REQUIRE(test.wait_for_committed(3000));
    CHECK(wait_until([&] { return lines_of(read_text(diary)).size() == 3000; }));
    router->wait_for("the handler is at its quota");
    test.broker.start();
    // Half a MiB of deliveries of some 700 bytes.
    REQUIRE(test.wait_for_received(500));
    CHECK(router->stop().code == 0);
    check_counts(*router);
    const auto numbers = test.received();
    const auto count = distinct(numbers);
    CHECK(count < 1500);
    CHECK(*std::max_element(numbers.begin(), numbers.end()) == count - 1);
    CHECK(value_of(*router, "numbered", "dropped") == std::to_string(3000 - count));
    CHECK(value_of(*router, "diary", "dropped") == "0");
}

TEST_CASE("a backlog larger than memory arrives whole and in order while new events come in, in bounded memory") {
    constexpr unsigned events = 30'000;
    Fixture test;
    test.site.handler("numbered.yaml", numbered);
    const auto router = test.run({.count = events, .size = 400});
    REQUIRE(test.wait_for_committed(events * 2 / 3));
    test.broker.start();
    REQUIRE(test.wait_for_received(events));
    CHECK(in_order_per_id(test.received(), 7));
    CHECK(router->process().peak_memory() < tocsin::testing::memory_factor * 100 * 1024 * 1024);
    CHECK(router->stop().code == 0);
    CHECK(check_counts(*router).value("left_behind") == "0");
    CHECK(value_of(*router, "numbered", "delivered") == std::to_string(events));
}

TEST_CASE("a spool that is no database is set aside at the start, and the program runs") {
    Fixture test;
    test.broker.start();
    test.site.handler("numbered.yaml", numbered);
    std::filesystem::create_directories(test.file().parent_path());
    std::ofstream{test.file()} << "not a database";
    const auto router = test.run({.count = 10});
    router->wait_for("the spool was damaged");
    CHECK(test.wait_for_received(10));
    CHECK(router->stop().code == 0);
    std::size_t aside = 0;
    for (const auto& entry : std::filesystem::directory_iterator{test.file().parent_path()})
        if (entry.path().string().find(".damaged-") != std::string::npos) {
            ++aside;
            CHECK(read_text(entry.path()) == "not a database");
        }
    CHECK(aside == 1);
}

TEST_CASE("a second router on the same state folder ends with words, and the first one goes on unharmed") {
    Fixture test;
    test.site.handler("numbered.yaml", numbered);
    // Its events are in the spool, for there is no broker yet.
    const auto router = test.run({.count = 100, .level = "CRITICAL"});
    REQUIRE(test.wait_for_committed(100));
    const auto second = run({tocsin_exe(), "run", "--config", test.site.config().string()},
                            {{"TOCSIN_PLUGIN_PATH", setting("TEST_PLUGINS")}});
    CHECK(second.code == 1);
    CHECK(second.err.find("state\" is in use by another Tocsin: stop it, or name another folder") != std::string::npos);
    CHECK(second.err.find("tocsin.state-dir") != std::string::npos);
    CHECK(router->process().running());
    test.broker.start();
    CHECK(test.wait_for_received(100));
    CHECK(test.received().size() == 100);
    CHECK(router->stop().code == 0);
    CHECK(check_counts(*router).value("left_behind") == "0");
}

TEST_CASE("three kills at random moments under load: nothing that was committed is lost") {
    Fixture test;
    test.broker.start();
    test.site.handler("numbered.yaml", numbered);
    std::mt19937 random{std::random_device{}()};
    for (unsigned round = 0; round < 3; ++round) {
        const auto moment = std::chrono::milliseconds{random() % 200};
        INFO(moment.count() << " ms");
        const auto router =
            test.run({.first = round * 1'000'000, .count = 1'000'000, .level = round % 2 == 0 ? "CRITICAL" : "OK"});
        if (round == 1) test.broker.kill();
        std::this_thread::sleep_for(moment);  // any moment will do
        router->process().kill();
        if (round == 1) test.broker.start();
    }
    const auto router = test.run();
    const auto committed = test.committed();
    CHECK_FALSE(committed.empty());
    std::vector<unsigned> lost;
    CHECK(wait_until([&] {
        const auto numbers = test.received();
        const std::set<unsigned> got{numbers.begin(), numbers.end()};
        lost.clear();
        std::set_difference(committed.begin(), committed.end(), got.begin(), got.end(), std::back_inserter(lost));
        return lost.empty();
    }));
    CHECK(lost.size() == 0);
    CHECK(router->stop().code == 0);
    check_counts(*router);
}

TEST_CASE("a disk of 1 MiB that is full: alerts go on, it is told once, and it heals by itself") {
    if (::geteuid() != 0 || run({"unshare", "-m", "true"}).code != 0) {
        MESSAGE("SKIPPED: a file system of its own needs root");
        return;
    }
    const auto port = free_port(Protocol::tcp);
    Fixture test{"[http]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\n"};
    const auto metric = [&](const std::string& name) { return Exposition{http_get(port, "/metrics").body}.sum(name); };
    test.site.handler("numbered.yaml", numbered);
    const auto state = test.site.path() / "state";
    std::filesystem::create_directory(state);
    const auto router = test.run(
        {.count = 5000, .size = 400},
        {"unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs '" + state.string() + "' && exec \"$@\"", "sh"});
    router->wait_for("the spool cannot be written");
    CHECK(metric("tocsin_spool_writable") == 0);
    CHECK(metric("tocsin_spool_failures_total") > 0);
    CHECK(http_get(port, "/healthz").status == 200);
    test.broker.start();
    REQUIRE(test.wait_for_received(5000));
    CHECK(in_order_per_id(test.received(), 7));
    run_ok({"nsenter", "-m", "-t", std::to_string(router->process().id()), "mount", "-o", "remount,size=16m",
            state.string()});
    router->wait_for("the spool is written again");
    CHECK(metric("tocsin_spool_writable") == 1);
    CHECK(test.wait_for_committed(5000));
    const auto log = router->log();
    CHECK(std::count_if(log.begin(), log.end(),
                        [](const LogLine& line) { return line.msg.starts_with("the spool cannot be written"); }) == 1);
    CHECK(router->stop().code == 0);
    CHECK(check_counts(*router).value("left_behind") == "0");
}
