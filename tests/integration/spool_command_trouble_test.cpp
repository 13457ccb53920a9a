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
