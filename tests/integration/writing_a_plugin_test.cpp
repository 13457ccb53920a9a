#include "counts.hpp"
#include "guide.hpp"
#include "support/ports.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <tocsin/abi.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

/// The blocks that the slow tests build and run.
const std::set<std::string> slow_blocks{"file=file_sink.rs", "run=build-file-sink-rust", "file=handlers/file-rust.yaml",
                                        "run=install"};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error{"no " + from + " in " + text};
    return text.replace(at, from.size(), to);
}

void first_sink(Workshop& workshop) {
    workshop.run_ok("folders");
    workshop.save("file_sink.cpp");
    workshop.run_ok("build-file-sink", strict);
    workshop.save("handlers/file.yaml");
    workshop.save("tocsin.toml");
    CHECK(workshop.run_ok("check") == workshop.output("check"));

    REQUIRE(workshop.block("run=router") == "tocsin run --config tocsin.toml\n");
    Router router{workshop.config()};
    const auto expected = workshop.output("send");
    CHECK(workshop.block("run=send").ends_with("\ncat out.txt\n"));
    // The event may come after the command that shows it.
    if (workshop.run("send").out != expected)
        CHECK(wait_until([&] {
            return std::filesystem::exists(workshop.path() / "out.txt") && workshop.read("out.txt") == expected;
        }));
    CHECK(router.stop().code == 0);
    CHECK(number(check_counts(router), "left_behind") == 0);
}

/// g++ unites what two plugins define under the same name, unless it is hidden.
void class_of_the_same_name(Workshop& workshop) {
    workshop.write("two/file_sink.cpp", replaced(workshop.read("file_sink.cpp"), "\"file\"", "\"file-two\""));
    auto command = replaced(workshop.block("run=build-file-sink"), "file_sink.cpp", "two/file_sink.cpp");
    CHECK(workshop.shell(replaced(command, "plugins/file.so", "two/file-two.so")).code == 0);
    const auto listed = workshop.shell("TOCSIN_PLUGIN_PATH=plugins:none:two tocsin plugins");
    CHECK(listed.err.find("none") != std::string::npos);
    CHECK(listed.err.ends_with("\n1 mistake\n"));
    CHECK(listed.out.find("sink file: ") != std::string::npos);
    CHECK(listed.out.find("sink file-two: ") != std::string::npos);
    CHECK(workshop.shell("tocsin plugins").out.find("sink file") == std::string::npos);
    CHECK(workshop.shell("pkg-config --variable=abi tocsin-plugin").out ==
          std::to_string(TOCSIN_ABI_MAJOR) + '.' + std::to_string(TOCSIN_ABI_MINOR) + '\n');
    CHECK(workshop.shell("ls \"$(pkg-config --variable=plugindir tocsin-plugin)\"").out.find("mqtt.so\n") !=
          std::string::npos);
}

void by_environment(Workshop& workshop) {
    const auto config = workshop.read("tocsin.toml");
    workshop.write("tocsin.toml", replaced(config, "plugin-path = [\"plugins\"]\n", ""));
    CHECK(workshop.run("check").code == 1);
    const Environment environment{{"TOCSIN_PLUGIN_PATH", (workshop.path() / "plugins").string()}};
    Router router{workshop.config(), environment};
    const auto before = workshop.read("out.txt");
    workshop.raise("environment", "OK pump-3 fine");
    CHECK(wait_until([&] { return workshop.read("out.txt") == before + "inbox\tfine\n"; }));
    CHECK(router.stop().code == 0);
    workshop.write("tocsin.toml", config);
}

void mistakes(Workshop& workshop) {
    const auto told = [&] {
        const auto finished = workshop.run("check");
        CHECK(finished.code == 1);
        return finished.out + finished.err;
    };
    workshop.save("misspelt/file.yaml");
    workshop.write("handlers/file.yaml", workshop.read("misspelt/file.yaml"));
    CHECK(told() == workshop.output("misspelt"));
    workshop.save("handlers/file.yaml");

    workshop.append("tocsin.toml#1");
    const auto with_inbox = workshop.read("tocsin.toml");
    workshop.write("tocsin.toml", replaced(with_inbox, "folder = \"inbox\"", "folder = \"inbx\""));
    CHECK(told() == workshop.output("no-folder"));
    workshop.write("tocsin.toml", replaced(with_inbox, "\"100ms\"", "\"1ms\"\ntopic = \"\""));
    CHECK(told().find("tocsin.toml:10:12: inbox.interval: must be a duration from 10ms to 1m") != std::string::npos);
    workshop.write("tocsin.toml", replaced(with_inbox, "\"100ms\"", "\"10ms\"\ntopic = \"\""));
    CHECK(told().find("tocsin.toml:11:9: inbox.topic: must not be empty") != std::string::npos);
    workshop.write("tocsin.toml", with_inbox);
}

/// More than the inbox looks at in one go.
constexpr std::size_t many = 2500;
std::string nth_name(std::size_t i) { return std::to_string(10'000 + i); }

void raise_many(const Workshop& workshop) {
    for (std::size_t i = 0; i < many; ++i) workshop.raise(nth_name(i), "INFO pump-3 " + nth_name(i));
}

void check_that_many_arrive_in_order(const Workshop& workshop, std::size_t lines_before) {
    std::vector<std::string> lines;
    CHECK(wait_until([&] { return (lines = lines_of(workshop.read("out.txt"))).size() == lines_before + many; }));
    for (std::size_t i = lines_before; i < lines.size(); ++i)
        REQUIRE(lines[i] == "inbox\t" + nth_name(i - lines_before));
    CHECK(wait_until([&] { return std::filesystem::is_empty(workshop.path() / "inbox"); }));
}

void first_source(Workshop& workshop) {
    raise_many(workshop);
    const auto lines_before = lines_of(workshop.read("out.txt")).size();
    Router router{workshop.config()};
    check_that_many_arrive_in_order(workshop, lines_before);

    const auto before = workshop.read("out.txt");
    workshop.run_ok("raise");
    CHECK(wait_until([&] { return workshop.read("out.txt") == before + workshop.output("raise"); }));
    CHECK(wait_until([&] { return !std::filesystem::exists(workshop.path() / "inbox" / "1"); }));

    for (const std::string bad : {"", "CRITICAL", "FATAL pump-3 on fire", "CRITICAL \xff\xfe broken"}) {
        CAPTURE(bad);
        workshop.raise("bad", bad);
        const auto aside = workshop.path() / "inbox" / ".bad.malformed";
        CHECK(wait_until([&] { return std::filesystem::exists(aside); }));
        std::filesystem::remove(aside);
    }
    std::filesystem::rename(workshop.path() / "inbox", workshop.path() / "moved");
    router.wait_for("No such file or directory");
    std::filesystem::rename(workshop.path() / "moved", workshop.path() / "inbox");
    workshop.raise("2", "OK pump-3 " + std::string(100'000, 'x'));
    CHECK(wait_until([&] { return workshop.read("out.txt").ends_with("x\n"); }));
    CHECK(workshop.read("out.txt").size() < before.size() + 70'000);

    CHECK(router.stop().code == 0);
    CHECK(number(check_counts(router), "left_behind") == 0);
    const auto events = router.wait_for(R"("kind":"inbox","name":"inbox","received":)");
    CHECK(number(events, "received") == 6 + many);
    CHECK(number(events, "malformed") == 4);
    CHECK(number(events, "matched") == 2 + many);
}

/// What the journal cannot write stays in the spool, also when the router is killed, and is written in order later.
void journals(Workshop& workshop) {
    workshop.save("journal.cpp");
    workshop.run_ok("build-journal", strict);
    workshop.append("tocsin.toml#2");
    workshop.save("handlers/journal.yaml");
    workshop.write("handlers/torn.yaml",
                   "id: torn\ntopic: inbox\nkind: journal\noptions:\n  journal: office\n  line: \"a\\nb\"\n");
    workshop.run_ok("check");
    {
        Router router{workshop.config()};
        router.wait_for("cannot open " + (workshop.path() / "plant" / "journal.txt").string());
        workshop.raise("1", "WARNING pump-3 warm");
        workshop.raise("2", "CRITICAL pump-3 hot");
        workshop.raise("3", "INFO pump-4 starts");
        workshop.raise("4", "CRITICAL pump-3 on fire");
        router.wait_for("there is a line break in the line");
        CHECK(wait_until([&] { return std::filesystem::is_empty(workshop.path() / "inbox"); }));
        CHECK(wait_until([&] { return workshop.read("out.txt").ends_with("on fire\n"); }));
        router.process().kill();
    }

    Router router{workshop.config()};
    router.wait_for("cannot open ");
    std::filesystem::create_directory(workshop.path() / "plant");
    const std::string expected = "WARNING pump-3: warm\nCRITICAL pump-3: hot\nCRITICAL pump-3: on fire\n";
    CHECK(wait_until([&] { return workshop.read("plant/journal.txt") == expected; }));
    router.wait_for("writes again");
    CHECK(router.stop().code == 0);
    CHECK(number(check_counts(router), "left_behind") == 0);
    CHECK(number(router.wait_for(R"("deliveries","handler":"to-plant")"), "recovered") == 3);
    CHECK(workshop.read("office.txt").empty());
    std::filesystem::remove(workshop.path() / "handlers" / "torn.yaml");
}

void sink_in_c(Workshop& workshop) {
    workshop.save("file_sink.c");
    workshop.run_ok("build-file-sink-c", strict);
    workshop.save("handlers/file-c.yaml");
    Router router{workshop.config()};
    workshop.raise("c", "INFO pump-4 stops");
    CHECK(wait_until([&] { return workshop.read("out-c.txt") == "inbox\tstops\n"; }));
    CHECK(router.stop().code == 0);
}

}  // namespace

TEST_CASE("the guide's files and commands do what it says") {
    Workshop workshop;
    first_sink(workshop);

    workshop.save("inbox.cpp");
    workshop.run_ok("build-inbox", strict);
    mistakes(workshop);
    first_source(workshop);
    class_of_the_same_name(workshop);
    by_environment(workshop);
    journals(workshop);
    sink_in_c(workshop);
    for (const auto* kind : {"file", "file-c"}) check_file_sink(workshop, kind);

    auto known = workshop.used();
    known.insert(slow_blocks.begin(), slow_blocks.end());
    known.insert("run=environment");
    CHECK(known == workshop.guide().all());
}

TEST_CASE("the README shows the guide's sink") {
    const Guide guide;
    const auto readme = read_text(std::filesystem::path{setting("TOCSIN_SOURCE")} / "README.md");
    CHECK(readme.find("```cpp\n" + guide.block("file=file_sink.cpp") + "```\n") != std::string::npos);
    CHECK(readme.find("    " + guide.block("run=build-file-sink")) != std::string::npos);
}
