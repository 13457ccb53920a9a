#include "counts.hpp"
#include "spool_site.hpp"
#include "support/router.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::testing;

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
