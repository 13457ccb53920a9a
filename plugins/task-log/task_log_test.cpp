#include "task_log.hpp"

#include "samples.hpp"

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <thread>

using namespace task_log;
using namespace std::chrono_literals;
using test::failed;
using tocsin::Emit;
using tocsin::testing::HostedSource;
using tocsin::testing::SourceUnderTest;
using tocsin::testing::wait_until;

extern "C" const tocsin_plugin_descriptor tocsin_plugin;

namespace {

class AsioTaskLog final : public TaskLog {
  public:
    AsioTaskLog(tocsin::SourceHost host, const tocsin::Options& options) : TaskLog{host, options, make_asio_receiver} {}
};

#if defined(__linux__)
#define RECEIVERS AsioTaskLog, TaskLog
#else
#define RECEIVERS AsioTaskLog
#endif

std::set<std::string> executions(const HostedSource& source) {
    std::set<std::string> ids;
    for (const auto& event : source.events()) ids.insert(event.tag("executionId").value_or("none"));
    return ids;
}

/// Whether a datagram waits in the source's first socket.
bool waits_in_socket(const HostedSource& source) {
    char byte;
    return recv(static_cast<int>(source.listeners().at(0).handle), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/// Why the section makes no source, or "".
std::string refusal(std::string_view section) {
    try {
        SourceUnderTest<TaskLog>{section};
    } catch (const tocsin::testing::Mistake& mistake) {
        return mistake.what();
    }
    return "";
}

}  // namespace

TEST_CASE_TEMPLATE("one datagram is one event", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.start();
    source.send(test::failed_sample);
    source.send(test::engine_sample);
    source.send(test::session_sample);
    source.send("rubbish");
    source.send("");
    REQUIRE(wait_until([&] { return source.count("received") == 5; }));
    source.stop();
    REQUIRE(source.accepted() == 3);
    CHECK(source.events()[0].task_name == "Reload sales");
    CHECK(source.events()[1].topic == "qlik.engine");
    CHECK(source.events()[2].topic == "qlik.session");
    CHECK(source.count("malformed") == 2);
    CHECK(source.count("unsent") == 0);
    CHECK(source.count("kernel-drops") == 0);
}

TEST_CASE_TEMPLATE("the largest datagram fits, and max-datagram is kept", T, RECEIVERS) {
    const auto datagram_of = [](std::size_t size) {
        auto datagram = failed(static_cast<int>(size));
        return datagram + std::string(size - datagram.size(), 'x');
    };
    SUBCASE("the largest there is") {
        SourceUnderTest<T> source;
        source.start();
        source.send(datagram_of(65'507));
        REQUIRE(wait_until([&] { return source.accepted() == 1; }));
        CHECK(source.events()[0].tag("logMessage")->size() == 4096);
    }
    SUBCASE("a smaller limit") {
        SourceUnderTest<T> source{"max-datagram = 200"};
        source.start();
        for (const std::size_t size : {199, 200, 201, 65'507}) source.send(datagram_of(size));
        REQUIRE(wait_until([&] { return source.count("received") == 4; }));
        CHECK(wait_until([&] { return source.accepted() == 2 && source.count("malformed") == 2; }));
        CHECK(wait_until([&] { return source.logged("max-datagram") == 1; }));
    }
}

TEST_CASE_TEMPLATE("full keeps what was read and goes on after resume", T, RECEIVERS) {
    constexpr int count = 300;
    SourceUnderTest<T> source;
    source.room_for(100);
    source.start();
    for (int i = 0; i < count; ++i) source.send(failed(i));
    REQUIRE(wait_until([&] { return source.emits() == 101; }));
    CHECK(waits_in_socket(source));

    source.room_for(50);
    source.resume();
    REQUIRE(wait_until([&] { return source.emits() == 152; }));
    CHECK(source.accepted() == 150);

    source.answer_emit(Emit::accepted);
    source.resume();
    REQUIRE(wait_until([&] { return source.accepted() == count; }));
    CHECK(executions(source).size() == count);
    CHECK(source.count("received") == count);
    CHECK(source.count("duplicate") == 0);
    const auto events = source.events();
    for (std::size_t i = 0; i < count; ++i) REQUIRE(events[i].tag("executionId") == "e" + std::to_string(i));
}

TEST_CASE_TEMPLATE("a resume that comes while emit still says full is not lost", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.room_for(0);
    std::atomic<bool> once = false;
    source.on_emit([&] {
        if (once.exchange(true)) return source.room_for(10);
        source.resume();
    });
    source.start();
    source.send(failed(1));
    CHECK(wait_until([&] { return source.accepted() == 1; }));
    source.on_emit({});
}

TEST_CASE_TEMPLATE("nothing is taken in while paused", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.start();
    source.send(failed(1));
    REQUIRE(wait_until([&] { return source.accepted() == 1; }));

    source.pause();
    source.send(failed(2));
    source.send(failed(3));
    CHECK(waits_in_socket(source));
    source.pause();
    CHECK(waits_in_socket(source));
    CHECK(source.accepted() == 1);

    source.resume();
    CHECK(wait_until([&] { return source.accepted() == 3; }));
}

TEST_CASE_TEMPLATE("pause returns when everything read is emitted", T, RECEIVERS) {
    std::atomic<bool> in_emit = false;
    SourceUnderTest<T> source;
    source.on_emit([&] {
        in_emit = true;
        std::this_thread::sleep_for(1ms);
    });
    source.start();
    for (int i = 0; i < 200; ++i) source.send(failed(i));
    REQUIRE(wait_until([&] { return in_emit.load(); }));
    source.pause();
    const auto emitted = source.accepted();
    CHECK(source.count("received") == emitted);
    CHECK(emitted < 200);
    source.stop();
    CHECK(source.accepted() == emitted);
    CHECK(source.count("unsent") == 0);
    CHECK(waits_in_socket(source));
    source.on_emit({});
}

TEST_CASE_TEMPLATE("pause before start, and pause inside emit, do not hang", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.pause();
    source.start();
    source.send(failed(1));
    source.send(failed(2));
    CHECK(waits_in_socket(source));
    std::atomic<int> pauses = 0;
    source.on_emit([&] {
        if (pauses++ == 0) source.pause();
    });
    source.resume();
    REQUIRE(wait_until([&] { return pauses > 0; }));
    source.resume();
    CHECK(wait_until([&] { return source.accepted() == 2; }));
    source.stop();
    source.on_emit({});
}

TEST_CASE_TEMPLATE("stop is quick, wherever the thread is", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.start();
    SUBCASE("waiting for datagrams") {}
    SUBCASE("paused") { source.pause(); }
    SUBCASE("waiting for room") {
        source.room_for(0);
        source.send(failed(1));
        REQUIRE(wait_until([&] { return source.emits() == 1; }));
    }
    const auto begin = std::chrono::steady_clock::now();
    source.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 500ms);
    source.pause();
    source.resume();
}

TEST_CASE_TEMPLATE("what waits for room at stop is offered once more", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.room_for(0);
    source.start();
    source.send(failed(1));
    REQUIRE(wait_until([&] { return source.emits() == 1; }));
    SUBCASE("and taken") {
        source.answer_emit(Emit::accepted);
        source.stop();
        CHECK(source.accepted() == 1);
        CHECK(source.count("unsent") == 0);
    }
    SUBCASE("and given up, counted and told") {
        source.stop();
        CHECK(source.accepted() == 0);
        CHECK(source.count("unsent") == 1);
        CHECK(source.logged("1 received events were given up") == 1);
    }
    CHECK(source.emits() == 2);
}

TEST_CASE_TEMPLATE("stopping ends the reading", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.answer_emit(Emit::stopping);
    source.start();
    source.send(failed(1));
    REQUIRE(wait_until([&] { return source.logged("given up") == 1; }));
    source.send(failed(2));
    CHECK(waits_in_socket(source));
    source.stop();
    CHECK(source.count("unsent") == 1);
    CHECK(source.count("received") == 1);
}

TEST_CASE_TEMPLATE("the sockets stay the host's", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.start();
    source.stop();
    source.destroy();
    source.send("still here");
    char buffer[64];
    CHECK(recv(static_cast<int>(source.listeners().at(0).handle), buffer, sizeof buffer, 0) == 10);
}

TEST_CASE_TEMPLATE("an instance that is destroyed without stop ends its thread", T, RECEIVERS) {
    SourceUnderTest<T> source;
    source.start();
    source.destroy();
    source.send(failed(1));
    CHECK(waits_in_socket(source));
    CHECK(source.emits() == 0);
}

TEST_CASE_TEMPLATE("only who is in allow-from is heard", T, RECEIVERS) {
    SUBCASE("not in it") {
        SourceUnderTest<T> source{"allow-from = ['10.0.0.0/8', '::1']"};
        source.start();
        source.send(failed(1));
        REQUIRE(wait_until([&] { return source.count("not-allowed") == 1; }));
        CHECK(source.count("received") == 0);
        CHECK(wait_until([&] { return source.logged("datagram from 127.0.0.1 dropped") == 1; }));
    }
    SUBCASE("in it") {
        SourceUnderTest<T> source{"allow-from = ['127.0.0.0/8']"};
        source.start();
        source.send(failed(1));
        CHECK(wait_until([&] { return source.accepted() == 1; }));
    }
}

TEST_CASE_TEMPLATE("two addresses", T, RECEIVERS) {
    SourceUnderTest<T> source{"listen = ['127.0.0.1:0', '127.0.0.2:0']"};
    source.start();
    source.send(failed(1), 0);
    source.send(failed(2), 1);
    CHECK(wait_until([&] { return source.accepted() == 2; }));
}

TEST_CASE_TEMPLATE("IPv4 and IPv6", T, RECEIVERS) {
    SourceUnderTest<T> source{"listen = ['127.0.0.1:0', '[::1]:0']\nallow-from = ['::1']"};
    try {
        source.start();
    } catch (const tocsin::testing::Mistake& mistake) {
        MESSAGE("skipped: this machine has no IPv6: ", mistake.what());
        return;
    }
    source.send(failed(1), 0);
    source.send(failed(2), 1);
    CHECK(wait_until([&] { return source.accepted() == 1 && source.count("not-allowed") == 1; }));
    CHECK(executions(source) == std::set<std::string>{"e2"});
}

TEST_CASE_TEMPLATE("where it receives, and how many bytes the kernel buffers if fewer than asked for", T, RECEIVERS) {
    SourceUnderTest<T> source{"receive-buffer = 4096"};
    source.start();
    CHECK(source.logged("instead of") == 0);
    CHECK(source.logged("receiving on 127.0.0.1:9998") == 1);
}

TEST_CASE("options that do not go together are refused") {
    struct Case {
        std::string_view section;
        std::string_view says;
    };
    const Case cases[] = {
        {"listen = ['*:9998']", "task-log.allow-from: needed because \"*:9998\""},
        {"listen = ['127.0.0.1:9998', '[::]:9998']", "task-log.allow-from: needed because \"[::]:9998\""},
        {"listen = ['0.0.0.0:9998']\nallow-from = []", "tocsin.toml:2:14: task-log.allow-from: needed"},
        {"listen = ['*:9998']\nallow-from = ['10.0.0.0/8', 'sense1']", "\"sense1\""},
        {"allow-from = ['10.0.0.0/40']", "\"10.0.0.0/40\""},
        {"listen = []", "task-log.listen: give at least one address"},
        {"listen = ['nowhere']", "task-log.listen: \"nowhere\""},
        {"listen = ['*:1', 'nowhere']\nallow-from = ['10.0.0.1']", "task-log.listen: \"nowhere\""},
        {"time-zone = 'Europe/Atlantis'", "tocsin.toml:1:13: task-log.time-zone: \"Europe/Atlantis\""},
        {"dedupe = '-1m'", "tocsin.toml:1:10: task-log.dedupe: "},
        {"lisen = ['127.0.0.1:9998']", "did you mean \"listen\"?"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.section);
        const auto told = refusal(each.section);
        CAPTURE(told);
        CHECK(told.find(each.says) != std::string::npos);
    }
}

TEST_CASE("options that do, with which nothing is bound before the start") {
    for (const std::string_view section :
         {"", "listen = ['[::1]:9998', 'localhost:1']", "listen = ['*:9998']\nallow-from = ['10.0.0.0/8']",
          "time-zone = 'Europe/Stockholm'"}) {
        CAPTURE(section);
        const SourceUnderTest<TaskLog> source{section};
        CHECK(source.listeners().empty());
        CHECK(source.violations().empty());
    }
}

TEST_CASE("the sample is a sound section with the defaults") {
    std::ifstream in{TASK_LOG_SAMPLE};
    CHECK(refusal(std::string{std::istreambuf_iterator<char>{in}, {}}) == "");
}

TEST_CASE("the descriptor") {
    CHECK(tocsin::view(tocsin_plugin.name) == "task-log");
    REQUIRE(tocsin_plugin.source_count == 1);
    CHECK(tocsin_plugin.sinks == nullptr);
    const auto& kind = *tocsin_plugin.sources[0];
    CHECK(tocsin::view(kind.name) == "task-log");
    REQUIRE(kind.instance_option_count == 7);
    CHECK(tocsin::view(kind.instance_options[0].name) == "listen");
    CHECK(tocsin::view(kind.instance_options[0].default_value) == "127.0.0.1:9998");
}
