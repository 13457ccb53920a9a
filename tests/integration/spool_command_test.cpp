#include "counts.hpp"
#include "datagrams.hpp"
#include "support/exposition.hpp"
#include "support/http_client.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

namespace fs = std::filesystem;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Every event is rejected, for its MQTT topic comes out empty, until `mend` is called; what `waits` has waits for the
/// broker.
class SpoolSite {
  public:
    SpoolSite()
        : udp{free_port(Protocol::udp)},
          http{free_port(Protocol::tcp)},
          site{"[http]\nlisten = \"127.0.0.1:" + std::to_string(http) + "\"\n" +
                   mqtt_section("plant", broker.url(), "default = true") + mqtt_section("office", office->url()) +
                   task_log_section(udp),
               "drain-timeout = \"0s\""},
          state{site.path() / "state"} {
        site.handler("waits.yaml",
                     "id: waits\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: waits/{{ .ID }}\n  qos: 1\n");
        site.handler(
            "bad.yaml",
            "id: bad\ntopic: qlik.*\nkind: mqtt\noptions:\n  broker-name: office\n  topic: '{{ .Group }}'\n  qos: 1\n");
    }

    void mend() const {
        site.handler("bad.yaml",
                     "id: bad\ntopic: qlik.*\nkind: mqtt\noptions:\n  broker-name: office\n  topic: mended/{{ .ID }}\n "
                     " qos: 1\n");
    }

    /// Sends failures of tasks, numbered from `first`, and waits until their dead letters are in the file.
    void fail(unsigned first, unsigned count) {
        for (unsigned i = first; i < first + count; ++i) {
            auto line = failed_line;
            line.task_id = guid(i);
            line.task_name = "Task " + std::to_string(i);
            line.execution_id = guid(0xe0000 + i);
            send_udp(udp, line.text());
        }
        sent += count;
        if (!wait_until([&] { return dead() == sent && pending() == sent; }))
            throw std::runtime_error{"the spool never holds " + std::to_string(sent) + " events"};
    }

    Finished spool(const Arguments& words, const std::string& input = "") const {
        Arguments all{tocsin_exe(), "spool"};
        all.insert(all.end(), words.begin(), words.end());
        all.insert(all.end(), {"--config", site.config().string()});
        if (input.empty()) return run(all);
        Arguments piped{"sh", "-c", "printf '%s\\n' \"$0\" | \"$@\"", input};
        piped.insert(piped.end(), all.begin(), all.end());
        return run(piped);
    }
    std::string spool_ok(const Arguments& words) const {
        const auto finished = spool(words);
        INFO(finished.out, finished.err);
        CHECK(finished.code == 0);
        return finished.out;
    }

    /// The plain tool.
    std::string sql(const std::string& text) const {
        return run_ok({"sqlite3", "-readonly", (state / "spool.db").string(), text});
    }
    std::size_t rows(const std::string& table) const {
        const auto finished =
            run({"sqlite3", "-readonly", (state / "spool.db").string(), "SELECT count(*) FROM " + table});
        return finished.code == 0 ? std::stoul(finished.out) : 0;
    }
    std::size_t dead() const { return rows("dead_letter"); }
    std::size_t pending() const { return rows("pending"); }

    double metric(const std::string& name, const std::string& handler) const {
        return Exposition{http_get(http, "/metrics").body}.sum("tocsin_deliveries_" + name, {{"handler", handler}});
    }
    void check_laws() const {
        for (const char* handler : {"waits", "bad"}) {
            CAPTURE(handler);
            const Exposition all{http_get(http, "/metrics").body};
            const auto sum = [&](const std::string& name) {
                return all.sum("tocsin_deliveries_" + name, {{"handler", handler}});
            };
            CHECK(sum("created_total") + sum("recovered_total") + sum("requeued_total") ==
                  sum("delivered_total") + sum("dead_total") + sum("dropped_total") + sum("pending"));
        }
    }

    /// Names, sizes, owners and times of change of all in the state folder. SQLite's shared memory, which its users
    /// write together, counts without its time.
    std::set<std::string> files() const {
        std::set<std::string> all;
        for (const auto& entry : fs::directory_iterator{state}) {
            struct stat found {};
            ::stat(entry.path().c_str(), &found);
            all.insert(entry.path().filename().string() + " " + std::to_string(found.st_size) + " " +
                       std::to_string(found.st_uid) +
                       (entry.path().extension() == ".db-shm" ? ""
                                                              : " " + std::to_string(found.st_mtim.tv_sec) + "." +
                                                                    std::to_string(found.st_mtim.tv_nsec)));
        }
        return all;
    }

    std::unique_ptr<Mosquitto> office = Mosquitto::started();
    Mosquitto broker;  ///< not started
    std::uint16_t udp;
    std::uint16_t http;
    Site site;
    fs::path state;
    unsigned sent = 0;
};

}  // namespace

TEST_CASE("the spool is read while the router runs, after a kill and after a stop, and nothing is made or changed") {
    SpoolSite site;
    Router router{site.site.config()};
    site.fail(1, 3);
    const auto look = [&] {
        const auto table = site.spool_ok({"list"});
        CHECK(holds(table, "HANDLER"));
        CHECK(lines_of(table).size() == 5);
        CHECK(holds(table, "qlik.task/waits  3 "));
        CHECK(holds(table, "qlik.*/bad       0 "));
        CHECK(
            holds(site.spool_ok({"list", "--json"}),
                  R"({"handler":{"topic":"qlik.*","id":"bad"},"pending":0,"bytes":0,"oldest":null,"deadLetters":3})"));

        const auto waiting = site.spool_ok({"list", "--handler", "qlik.task/waits"});
        CHECK(lines_of(waiting).size() == 4);
        CHECK(holds(waiting, "\n2         2024-05-06T"));
        CHECK(holds(waiting, "CRITICAL  qlik.task  " + guid(2)));
        CHECK(holds(site.spool_ok({"list", "--handler", "qlik.task/waits", "--limit", "1"}), "... and 2 more"));
        CHECK(site.spool({"list", "--handler", "qlik.task/nobody"}).code == 1);

        const auto letters = lines_of(site.spool_ok({"list", "--dead"}));
        REQUIRE(letters.size() == 4);
        CHECK(letters[0].starts_with("NUMBER"));
        CHECK(letters[1].starts_with("1 "));
        CHECK(holds(letters[3], "qlik.*/bad  "));
        CHECK(lines_of(site.spool_ok({"list", "--dead", "--handler", "qlik.task/waits"})).size() == 1);

        const auto shown = site.spool_ok({"show", "2"});
        CHECK(holds(shown, "pending for     qlik.task/waits\n"));
        CHECK(holds(shown, "tag executionId = " + guid(0xe0002) + "\n"));
        CHECK(holds(shown, "level           CRITICAL, before OK\n"));
        CHECK(holds(site.spool_ok({"show", "dead", "3"}), "handler         qlik.*/bad\n"));
        const auto json = site.spool_ok({"show", "dead", "3", "--json"});
        CHECK(json.starts_with(R"({"number":3,"died":")"));
        CHECK(holds(json, R"("handler":{"topic":"qlik.*","id":"bad"})"));
        CHECK(holds(json, R"("level":"CRITICAL","previousLevel":"OK")"));
        CHECK(holds(json, R"("user":"LAB\\goran")"));
        CHECK(site.spool({"show", "99"}).code == 1);
        CHECK(holds(site.spool({"show", "dead", "99"}).err, "has no dead letter 99"));
        CHECK(holds(site.spool_ok({"verify"}), "is sound: 3 deliveries of 3 events, 3 dead letters"));
    };
    look();
    CHECK(holds(site.spool_ok({"list"}), "is in use by a router"));
    router.process().kill();
    const auto killed = site.files();
    CHECK(killed.size() == 3);
    look();
    CHECK(holds(site.spool_ok({"list"}), "is in use by no router"));
    CHECK(site.files() == killed);
    {
        Router again{site.site.config()};
        CHECK(again.stop().code == 0);
        check_counts(again);
    }
    const auto stopped = site.files();
    CHECK(stopped.size() == 1);
    look();
    CHECK(site.files() == stopped);
}

TEST_CASE("dead letters are sent again while the router runs, once each, and the laws hold") {
    SpoolSite site;
    site.broker.start();
    Router router{site.site.config()};
    for (unsigned i = 1; i <= 4; ++i) {
        auto line = failed_line;
        line.task_id = guid(i);
        line.execution_id = guid(0xe0000 + i);
        send_udp(site.udp, line.text());
    }
    REQUIRE(wait_until([&] { return site.dead() == 4; }));
    site.mend();
    router.process().send_signal(SIGHUP);
    router.wait_for("\"reloaded\"");
    CHECK(holds(site.spool_ok({"requeue", "1", "3", "1"}), "2 dead letters: the router, which looks every second"));
    CHECK(wait_until([&] { return site.dead() == 2; }));
    CHECK(site.sql("SELECT number FROM dead_letter") == "2\n4\n");
    CHECK(holds(site.spool({"requeue", "3"}).err, "has no dead letter 3"));
    // What was asked for and is not done yet is not asked for again.
    site.spool_ok({"requeue", "--handler", "qlik.*/bad"});
    site.spool_ok({"requeue", "--all"});
    CHECK(wait_until([&] { return site.dead() == 0 && site.metric("pending", "bad") == 0; }));
    CHECK(site.metric("requeued_total", "bad") == 4);
    CHECK(site.metric("delivered_total", "bad") == 4);
    site.check_laws();
    std::multiset<std::string> topics;
    for (const auto& message : site.office->received())
        if (message.topic.starts_with("mended/")) topics.insert(message.topic);
    CHECK(topics == std::multiset<std::string>{"mended/" + guid(1), "mended/" + guid(2), "mended/" + guid(3),
                                               "mended/" + guid(4)});
    CHECK(holds(site.spool_ok({"requeue", "--all"}), "there are no such dead letters"));
    CHECK(wait_until([&] { return site.rows("request") == 0; }));
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("what is asked for while no router runs is done at the next start") {
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 3);
        router.process().kill();
    }
    CHECK(holds(
        site.spool_ok({"requeue", "2", "3"}),
        "2 dead letters: the router is asked to send them again when it starts; those whose handler is gone stay"));
    CHECK(site.rows("request") == 2);
    site.mend();
    site.broker.start();
    Router router{site.site.config()};
    CHECK(wait_until([&] { return site.metric("delivered_total", "bad") == 2; }));
    CHECK(wait_until([&] { return site.metric("delivered_total", "waits") == 3; }));
    CHECK(wait_until([&] { return site.dead() == 1 && site.rows("request") == 0; }));
    CHECK(site.metric("requeued_total", "bad") == 2);
    CHECK(site.metric("recovered_total", "waits") == 3);
    site.check_laws();
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("a handler that the spool does not know is told by every action") {
    SpoolSite site;
    Router router{site.site.config()};
    site.fail(1, 1);
    const auto output = site.site.path() / "out.jsonl";
    const std::vector<Arguments> actions{{"list"},
                                         {"list", "--dead"},
                                         {"list", "--dead", "--limit", "0"},
                                         {"list", "--json"},
                                         {"requeue"},
                                         {"drop", "--dead", "--yes"},
                                         {"drop", "--pending", "--yes"},
                                         {"export", "--output", output.string()},
                                         {"export", "--dead", "--output", output.string()}};
    const auto told = [&](Arguments words, const std::string& handler) {
        words.insert(words.end(), {"--handler", handler});
        return site.spool(words);
    };
    for (int runs = 1; runs >= 0; --runs) {
        CAPTURE(runs);
        for (const auto& action : actions) {
            CAPTURE(action.back());
            const auto mistyped = told(action, "qlik.task/wait");
            CHECK(mistyped.code == 1);
            CHECK(mistyped.out == "");
            CHECK(holds(mistyped.err, "knows no handler qlik.task/wait (did you mean \"qlik.task/waits\"?)"));
            CHECK(holds(told(action, "x/y").err, "knows no handler x/y\n"));
            CHECK_FALSE(fs::exists(output));
        }
        CHECK(site.dead() == 1);
        CHECK(site.pending() == 1);
        if (runs == 1) router.process().kill();
    }
    // One that is known, and has none of these.
    const auto none = told({"list", "--dead", "--json"}, "qlik.task/waits");
    CHECK(none.code == 0);
    CHECK(none.out == "");
}

TEST_CASE("a requeue that fails again is a dead letter again") {
    SpoolSite site;
    Router router{site.site.config()};
    site.fail(1, 2);
    site.spool_ok({"requeue", "--all"});
    CHECK(wait_until([&] { return site.sql("SELECT number FROM dead_letter") == "3\n4\n"; }));
    CHECK(site.metric("requeued_total", "bad") == 2);
    CHECK(site.metric("dead_total", "bad") == 4);
    site.check_laws();
}

TEST_CASE("dead letters and pending deliveries are dropped while the router runs") {
    SpoolSite site;
    Router router{site.site.config()};
    site.fail(1, 6);
    CHECK(holds(site.spool_ok({"drop", "2", "--yes"}), "1 dead letter: the router, which looks every second"));
    CHECK(wait_until([&] { return site.sql("SELECT number FROM dead_letter") == "1\n3\n4\n5\n6\n"; }));
    site.spool_ok({"drop", "--handler", "qlik.*/bad", "--dead", "--yes"});
    CHECK(wait_until([&] { return site.dead() == 0; }));

    site.spool_ok({"drop", "--pending", "--handler", "qlik.task/waits", "--sequence", "4", "--yes"});
    CHECK(wait_until([&] { return site.metric("dropped_total", "waits") == 1; }));
    CHECK(wait_until([&] { return site.sql("SELECT sequence FROM pending") == "1\n2\n3\n5\n6\n"; }));
    site.check_laws();
    site.spool_ok({"drop", "--pending", "--handler", "qlik.task/waits", "--yes"});
    CHECK(wait_until([&] { return site.pending() == 0; }));
    CHECK(site.metric("pending", "waits") == 0);
    CHECK(site.metric("dropped_total", "waits") == 6);
    site.check_laws();
    CHECK(site.rows("event") == 0);
    CHECK(holds(site.spool_ok({"drop", "--pending", "--handler", "qlik.task/waits"}), "no pending deliveries"));
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("a backlog that is longer than what is in memory is dropped whole, each delivery counted once") {
    constexpr unsigned events = 12'000;
    SpoolSite site;
    fs::remove(site.site.path() / "handlers" / "bad.yaml");
    Router router{site.site.config()};
    const auto sum = [&](const std::string& name) { return site.metric(name, "waits"); };
    for (unsigned i = 1; i <= events; ++i) {
        auto line = failed_line;
        line.task_id = guid(i % 50);
        line.execution_id = guid(0xe0000 + i);
        line.message = std::string(300, 'x');
        send_udp(site.udp, line.text());
        if (i % 500 == 0) REQUIRE(wait_until([&] { return sum("created_total") == i; }));
    }
    REQUIRE(wait_until([&] { return site.rows("delivery") == events; }));
    CHECK(sum("pending") == events);
    site.spool_ok({"drop", "--pending", "--handler", "qlik.task/waits", "--yes"});
    site.spool_ok({"drop", "--pending", "--handler", "qlik.task/waits", "--yes"});
    CHECK(wait_until([&] { return site.rows("delivery") == 0 && site.rows("request") == 0; }));
    CHECK(sum("dropped_total") == events);
    CHECK(sum("pending") == 0);
    CHECK(sum("pending_bytes") == 0);
    site.broker.start();
    send_udp(site.udp, failed_line.text());
    CHECK(wait_until([&] { return sum("delivered_total") == 1; }));
    CHECK(site.broker.received().size() == 1);
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("without a router, what is dropped is gone at once") {
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 3);
        CHECK(router.stop().code == 0);
    }
    CHECK(site.spool_ok({"drop", "--pending", "--handler", "qlik.task/waits", "--sequence", "2", "--yes"}) ==
          "1 delivery dropped\n");
    CHECK(site.sql("SELECT sequence FROM pending") == "1\n3\n");
    CHECK(site.spool_ok({"drop", "--dead", "--all", "--yes"}) == "3 dead letters dropped\n");
    CHECK(site.dead() == 0);
    CHECK(site.rows("event") == 2);
    CHECK(holds(site.spool_ok({"verify"}), "is sound: 2 deliveries of 2 events, 0 dead letters"));
    Router router{site.site.config()};
    CHECK(site.metric("recovered_total", "waits") == 2);
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("before it drops, it asks") {
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 2);
    }
    for (const std::string answer : {"", "n", "no", "Yes?", "yy"}) {
        CAPTURE(answer);
        const auto finished = site.spool({"drop", "1"}, answer);
        CHECK(finished.code == 1);
        CHECK(holds(finished.err,
                    "Drop 1 dead letter in \"" + site.state.string() + "\"? They are gone for good. [y/N]"));
        CHECK(holds(finished.err, "nothing was dropped"));
    }
    CHECK(site.dead() == 2);
    CHECK(site.spool({"drop", "1"}, "y").code == 0);
    CHECK(site.spool({"drop", "2"}, "yes").code == 0);
    CHECK(site.dead() == 0);
    CHECK(site.spool({"drop", "--pending", "--handler", "qlik.task/waits"}, "n").code == 1);
    CHECK(site.pending() == 2);
}

TEST_CASE("export writes whole events, byte for byte") {
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 2);
        auto line = failed_line;
        line.task_id = guid(3);
        line.execution_id = guid(0xe0003);
        line.message = "a \"quoted\" <&> \xc3\xa5";
        send_udp(site.udp, line.text());
        REQUIRE(wait_until([&] { return site.pending() == 3; }));
        CHECK(lines_of(site.spool_ok({"export"})).size() == 3);
    }
    const auto lines = lines_of(site.spool_ok({"export", "--handler", "qlik.task/waits"}));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].starts_with(R"({"sequence":1,"handler":{"topic":"qlik.task","id":"waits"},"received":")"));
    CHECK(holds(lines[0], R"("topic":"qlik.task","id":")" + guid(1) + '"'));
    CHECK(holds(lines[2], "\"logMessage\":\"a \\\"quoted\\\" <&> \xc3\xa5\""));
    CHECK(holds(lines[0], R"("fields":{)"));

    const auto file = site.site.path() / "out.jsonl";
    CHECK(site.spool_ok({"export", "--dead", "--output", file.string()}) ==
          "3 dead letters exported to " + file.string() + "\n");
    CHECK(lines_of(read_text(file)).size() == 3);
    CHECK((fs::status(file).permissions() & fs::perms::mask) == (fs::perms::owner_read | fs::perms::owner_write));
    const auto again = site.spool({"export", "--dead", "--output", file.string()});
    CHECK(again.code == 1);
    CHECK(holds(again.err, "out.jsonl\" cannot be made: File exists"));
    CHECK(lines_of(read_text(file)).size() == 3);
    CHECK(site.spool({"export", "--handler", "qlik.task/nobody"}).code == 1);
    CHECK(site.spool({"export", "--output", "/dev/full"}).code == 1);
    CHECK(run({"sh", "-c", tocsin_exe() + " spool export --state-dir " + site.state.string() + " >/dev/full"}).code ==
          1);
}

TEST_CASE("the queries of the guide, with the plain tool") {
    SpoolSite site;
    Router router{site.site.config()};
    site.fail(1, 2);
    const auto guide = read_text(fs::path{setting("TOCSIN_SOURCE")} / "docs/operating.md");
    std::size_t queries = 0;
    for (auto line : lines_of(guide)) {
        constexpr const char* prompt = "    sqlite3 -readonly -box /var/lib/tocsin/spool.db \"";
        if (!line.starts_with(prompt)) continue;
        auto query = line.substr(std::string{prompt}.size());
        query.erase(query.rfind('"'));
        CAPTURE(query);
        const auto answer = run_ok({"sqlite3", "-readonly", "-box", (site.state / "spool.db").string(), query});
        CHECK(lines_of(answer).size() >= 5);
        ++queries;
    }
    CHECK(queries >= 3);
    const auto backup = site.site.path() / "backup.db";
    run_ok({"sqlite3", "-readonly", (site.state / "spool.db").string(), ".backup " + backup.string()});
    fs::create_directory(site.site.path() / "copy");
    fs::rename(backup, site.site.path() / "copy" / "spool.db");
    const auto verified = run({tocsin_exe(), "spool", "verify", "--state-dir", (site.site.path() / "copy").string()});
    CHECK(verified.code == 0);
    CHECK(holds(verified.out, "is sound: 2 deliveries of 2 events, 2 dead letters"));
}

TEST_CASE("a spool that cannot be used is told with its folder, and left alone") {
    SpoolSite site;
    const auto fails = [&](const std::string& words) {
        for (const Arguments& action :
             {Arguments{"list"}, Arguments{"list", "--dead"}, Arguments{"show", "1"}, Arguments{"verify"},
              Arguments{"export"}, Arguments{"requeue", "--all"}, Arguments{"drop", "--all", "--dead", "--yes"}}) {
            CAPTURE(action.front());
            const auto finished = site.spool(action);
            INFO(finished.err);
            CHECK(finished.code == 1);
            CHECK(holds(finished.err, words));
            CHECK(holds(finished.err, "\"" + site.state.string() + "\""));
        }
    };
    fails("there is no spool in ");
    CHECK_FALSE(fs::exists(site.state));
    fs::create_directory(site.state);
    fails("name the folder of the router's spool with --state-dir");
    CHECK(fs::is_empty(site.state));
    const auto file = site.state / "spool.db";
    { std::ofstream{file}; }
    fails("is empty: no router has used it yet");
    CHECK(fs::file_size(file) == 0);
    { std::ofstream{file} << std::string(20'000, 'x'); }
    fails("is damaged (file is not a database): the router, when it starts, sets the file aside");
    CHECK(site.files().size() == 1);
    fs::remove(file);
    {
        Router router{site.site.config()};
        site.fail(1, 1);
        CHECK(router.stop().code == 0);
    }
    run_ok({"sqlite3", file.string(), "PRAGMA user_version = 99"});
    const auto before = site.files();
    fails("was written by a newer Tocsin (schema 99, this one knows ");
    CHECK(site.files() == before);
}

TEST_CASE("verify tells what does not belong together, and pages that are damaged") {
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 40);
        CHECK(router.stop().code == 0);
    }
    const auto file = site.state / "spool.db";
    const auto sound = read_text(file);
    struct Case {
        const char* sql;
        const char* words;
    };
    for (const auto& one :
         {Case{"DELETE FROM event WHERE sequence = 3", "delivery of event 3 by handler number 1: the event is missing"},
          Case{"DELETE FROM handler", "delivery of event 1: there is no handler number 1"},
          Case{"UPDATE event SET deliveries = 7 WHERE sequence = 5", "event 5: it counts 7 deliveries and has 1"},
          Case{"UPDATE event SET record = x'02' WHERE sequence = 9",
               "event 9: it cannot be read (handler qlik.task/waits)"},
          Case{"UPDATE event SET level = 9 WHERE sequence = 9", "event 9: it cannot be read"},
          Case{"UPDATE dead_letter SET record = x'0101' WHERE number = 2", "dead letter 2: it cannot be read"},
          Case{"UPDATE meta SET value = 3", "event 3: its number is not below 3"},
          Case{"UPDATE event SET record = x''", "... and 20 more"}}) {
        CAPTURE(one.sql);
        std::ofstream{file, std::ios::binary} << sound;
        run_ok({"sqlite3", file.string(), one.sql});
        const auto finished = site.spool({"verify"});
        INFO(finished.err);
        CHECK(finished.code == 1);
        CHECK(holds(finished.err, one.words));
        CHECK(holds(finished.err, "is not sound"));
        CHECK(site.spool({"list"}).code == 0);
        CHECK(site.spool({"list", "--dead"}).code == 0);
        CHECK(site.spool({"export"}).code == 0);
    }
    auto torn = sound;
    REQUIRE(torn.size() > 8192);
    std::fill(torn.begin() + 4096, torn.end(), '\xee');
    std::ofstream{file, std::ios::binary} << torn;
    const auto finished = site.spool({"verify"});
    CHECK(finished.code == 1);
    CHECK_FALSE(finished.err.empty());
    CHECK(read_text(file) == torn);
}

TEST_CASE("run as root, it leaves the files to their owner") {
    if (::geteuid() != 0) {
        MESSAGE("not shown here: this test is not run as root");
        return;
    }
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 2);
        router.process().kill();
    }
    constexpr uid_t owner = 65534;
    const auto give_away = [&] {
        REQUIRE(::chown(site.state.c_str(), owner, owner) == 0);
        for (const auto& entry : fs::directory_iterator{site.state})
            REQUIRE(::chown(entry.path().c_str(), owner, owner) == 0);
    };
    const auto all_owned = [&] {
        return std::all_of(fs::directory_iterator{site.state}, {}, [&](const fs::directory_entry& entry) {
            struct stat found {};
            ::stat(entry.path().c_str(), &found);
            return found.st_uid == owner && found.st_gid == owner;
        });
    };
    give_away();
    fs::remove(site.state / "spool.db-shm");  // as in a copy: SQLite must make it to read the log
    site.spool_ok({"list"});
    CHECK(fs::exists(site.state / "spool.db-shm"));
    CHECK(all_owned());
    site.spool_ok({"requeue", "1"});
    CHECK(all_owned());
    site.spool_ok({"drop", "2", "--yes"});
    CHECK(all_owned());
    CHECK(site.dead() == 1);
}

TEST_CASE("a folder of somebody else is told with its owner") {
    if (::geteuid() != 0) {
        MESSAGE("not shown here: this test is not run as root");
        return;
    }
    SpoolSite site;
    {
        Router router{site.site.config()};
        site.fail(1, 1);
        CHECK(router.stop().code == 0);
    }
    const auto as_nobody = [&](const std::string& words) {
        return run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c",
                    tocsin_exe() + " spool " + words + " --state-dir " + site.state.string()});
    };
    fs::permissions(site.site.path(), fs::perms{0755});
    fs::permissions(site.state, fs::perms{0755});
    fs::permissions(site.state / "spool.db", fs::perms{0644});
    CHECK(as_nobody("list").code == 0);
    const auto refused = as_nobody("requeue --all");
    CHECK(refused.code == 1);
    CHECK(holds(refused.err,
                "cannot be changed: Permission denied; it belongs to root: do this as that user, or as root"));
    fs::permissions(site.state / "spool.db", fs::perms{0600});
    CHECK(holds(as_nobody("list").err, "cannot be read: Permission denied; it belongs to root"));
    fs::permissions(site.state, fs::perms{0700});
    CHECK(holds(as_nobody("list").err, "cannot be looked at: Permission denied"));
    CHECK(site.dead() == 1);
}

TEST_CASE("a wrong command line is refused with words") {
    const Site site{""};
    const auto config = site.config().string();
    for (const Arguments& wrong : {Arguments{},
                                   Arguments{"lst"},
                                   Arguments{"show"},
                                   Arguments{"show", "x"},
                                   Arguments{"show", "0"},
                                   Arguments{"show", "-3"},
                                   Arguments{"show", "dead"},
                                   Arguments{"show", "dead", "x"},
                                   Arguments{"show", "1", "2"},
                                   Arguments{"requeue"},
                                   Arguments{"requeue", "1x"},
                                   Arguments{"requeue", "1", "--all"},
                                   Arguments{"requeue", "--all", "--handler", "a/b"},
                                   Arguments{"drop"},
                                   Arguments{"drop", "--all"},
                                   Arguments{"drop", "--handler", "a/b"},
                                   Arguments{"drop", "--pending"},
                                   Arguments{"drop", "--pending", "--all"},
                                   Arguments{"drop", "--pending", "--handler", "a/b", "1"},
                                   Arguments{"drop", "1", "--sequence", "2"},
                                   Arguments{"list", "--handler", "a"},
                                   Arguments{"list", "--handler", "/a"},
                                   Arguments{"list", "--handler", "a/"},
                                   Arguments{"list", "--limit", "-1"},
                                   Arguments{"requeue", "99999999999999999999"}}) {
        Arguments command{tocsin_exe(), "spool", "--config", config};
        command.insert(command.end(), wrong.begin(), wrong.end());
        const auto finished = run(command);
        CAPTURE(command.back());
        CHECK(finished.code == 2);
        CHECK_FALSE((finished.out + finished.err).empty());
    }
    const auto nowhere = run({tocsin_exe(), "spool", "list"});
    CHECK(nowhere.code == 2);
    CHECK(holds(nowhere.out + nowhere.err, "--config or --state-dir must say where the spool is"));
    const Site mistaken{"", "spool-size = 0"};
    const auto told = run({tocsin_exe(), "spool", "list", "--config", mistaken.config().string()});
    CHECK(told.code == 1);
    CHECK(holds(told.err, "tocsin.spool-size"));
}
