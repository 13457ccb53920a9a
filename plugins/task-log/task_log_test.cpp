#include "task_log.hpp"

#include "test_support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>

using namespace task_log;
using namespace std::chrono_literals;
using test::eventually;
using test::FakeHost;
extern "C" const tocsin_plugin_descriptor tocsin_plugin;

using test::failed;
using test::Given;
using test::Instance;
using test::with;

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

std::set<std::string> executions(const FakeHost& host) {
    std::set<std::string> ids;
    for (const auto& event : host.events()) ids.insert(event.tag("executionId"));
    return ids;
}

bool waits_in_socket(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

}  // namespace

TEST_CASE_TEMPLATE("one datagram is one event", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host};
    REQUIRE(source.start());
    CHECK(host.send(test::failed_sample));
    CHECK(host.send(test::engine_sample));
    CHECK(host.send(test::session_sample));
    CHECK(host.send("rubbish"));
    CHECK(host.send(""));
    REQUIRE(eventually([&] { return host.count("received") == 5; }));
    source.stop();
    REQUIRE(host.accepted() == 3);
    CHECK(host.events()[0].task_name == "Reload sales");
    CHECK(host.events()[1].topic == "qlik.engine");
    CHECK(host.events()[2].topic == "qlik.session");
    CHECK(host.count("malformed") == 2);
    CHECK(host.count("unsent") == 0);
    CHECK(host.count("kernel-drops") == 0);
}

TEST_CASE_TEMPLATE("the largest datagram fits, and max-datagram is kept", T, RECEIVERS) {
    const auto datagram_of = [](std::size_t size) {
        auto datagram = failed(static_cast<int>(size));
        return datagram + std::string(size - datagram.size(), 'x');
    };
    SUBCASE("the largest there is") {
        FakeHost host;
        Instance<T> source{host};
        REQUIRE(source.start());
        REQUIRE(host.send(datagram_of(65'507)));
        REQUIRE(eventually([&] { return host.accepted() == 1; }));
        CHECK(host.events()[0].tag("logMessage").size() == 4096);
    }
    SUBCASE("a smaller limit") {
        FakeHost host;
        Instance<T> source{host, with("max-datagram", {{}, {}, 200})};
        REQUIRE(source.start());
        for (const std::size_t size : {199, 200, 201, 65'507}) REQUIRE(host.send(datagram_of(size)));
        REQUIRE(eventually([&] { return host.count("received") == 4; }));
        CHECK(eventually([&] { return host.accepted() == 2 && host.count("malformed") == 2; }));
        CHECK(eventually([&] { return host.lines_with("max-datagram") == 1; }));
    }
}

TEST_CASE_TEMPLATE("full keeps what was read and goes on after resume", T, RECEIVERS) {
    constexpr int count = 300;
    FakeHost host;
    host.room_for(100);
    Instance<T> source{host};
    REQUIRE(source.start());
    for (int i = 0; i < count; ++i) REQUIRE(host.send(failed(i)));
    REQUIRE(eventually([&] { return host.emits() == 101; }));
    CHECK(waits_in_socket(host.socket(0)));

    host.room_for(50);
    source.resume();
    REQUIRE(eventually([&] { return host.emits() == 152; }));
    CHECK(host.accepted() == 150);

    host.answer(TOCSIN_ACCEPTED);
    source.resume();
    REQUIRE(eventually([&] { return host.accepted() == count; }));
    CHECK(executions(host).size() == count);
    CHECK(host.count("received") == count);
    CHECK(host.count("duplicate") == 0);
    for (int i = 0; i < count; ++i)
        REQUIRE(host.events()[static_cast<std::size_t>(i)].tag("executionId") == "e" + std::to_string(i));
}

TEST_CASE_TEMPLATE("a resume that comes while emit still says full is not lost", T, RECEIVERS) {
    FakeHost host;
    host.room_for(0);
    Instance<T> source{host};
    std::atomic<bool> once = false;
    host.on_emit_do([&] {
        if (once.exchange(true)) return host.room_for(10);
        source.resume();
    });
    REQUIRE(source.start());
    REQUIRE(host.send(failed(1)));
    CHECK(eventually([&] { return host.accepted() == 1; }));
    host.on_emit_do({});
}

TEST_CASE_TEMPLATE("nothing is taken in while paused", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host};
    REQUIRE(source.start());
    REQUIRE(host.send(failed(1)));
    REQUIRE(eventually([&] { return host.accepted() == 1; }));

    source.pause();
    REQUIRE(host.send(failed(2)));
    REQUIRE(host.send(failed(3)));
    CHECK(waits_in_socket(host.socket(0)));
    source.pause();
    CHECK(waits_in_socket(host.socket(0)));
    CHECK(host.accepted() == 1);

    source.resume();
    CHECK(eventually([&] { return host.accepted() == 3; }));
}

TEST_CASE_TEMPLATE("pause returns when everything read is emitted", T, RECEIVERS) {
    FakeHost host;
    std::atomic<bool> in_emit = false;
    host.on_emit_do([&] {
        in_emit = true;
        std::this_thread::sleep_for(1ms);
    });
    Instance<T> source{host};
    REQUIRE(source.start());
    for (int i = 0; i < 200; ++i) REQUIRE(host.send(failed(i)));
    REQUIRE(eventually([&] { return in_emit.load(); }));
    source.pause();
    const auto emitted = host.accepted();
    CHECK(host.count("received") == emitted);
    CHECK(emitted < 200);
    source.stop();
    CHECK(host.accepted() == emitted);
    CHECK(host.count("unsent") == 0);
    CHECK(waits_in_socket(host.socket(0)));
    host.on_emit_do({});
}

TEST_CASE_TEMPLATE("pause before start, and pause inside emit, do not hang", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host};
    source.pause();
    REQUIRE(source.start());
    REQUIRE(host.send(failed(1)));
    REQUIRE(host.send(failed(2)));
    CHECK(waits_in_socket(host.socket(0)));
    std::atomic<int> pauses = 0;
    host.on_emit_do([&] {
        if (pauses++ == 0) source.pause();
    });
    source.resume();
    REQUIRE(eventually([&] { return pauses > 0; }));
    source.resume();
    CHECK(eventually([&] { return host.accepted() == 2; }));
    source.stop();
    host.on_emit_do({});
}

TEST_CASE_TEMPLATE("stop is quick, wherever the thread is", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host};
    REQUIRE(source.start());
    SUBCASE("waiting for datagrams") {}
    SUBCASE("paused") { source.pause(); }
    SUBCASE("waiting for room") {
        host.room_for(0);
        REQUIRE(host.send(failed(1)));
        REQUIRE(eventually([&] { return host.emits() == 1; }));
    }
    const auto begin = std::chrono::steady_clock::now();
    source.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 500ms);
    source.stop();
    source.pause();
    source.resume();
}

TEST_CASE_TEMPLATE("what waits for room at stop is offered once more", T, RECEIVERS) {
    FakeHost host;
    host.room_for(0);
    Instance<T> source{host};
    REQUIRE(source.start());
    REQUIRE(host.send(failed(1)));
    REQUIRE(eventually([&] { return host.emits() == 1; }));
    SUBCASE("and taken") {
        host.answer(TOCSIN_ACCEPTED);
        source.stop();
        CHECK(host.accepted() == 1);
        CHECK(host.count("unsent") == 0);
    }
    SUBCASE("and given up, counted and told") {
        source.stop();
        CHECK(host.accepted() == 0);
        CHECK(host.count("unsent") == 1);
        CHECK(host.lines_with("1 received events were given up") == 1);
    }
    CHECK(host.emits() == 2);
}

TEST_CASE_TEMPLATE("stopping ends the reading", T, RECEIVERS) {
    FakeHost host;
    host.answer(TOCSIN_STOPPING);
    Instance<T> source{host};
    REQUIRE(source.start());
    REQUIRE(host.send(failed(1)));
    REQUIRE(eventually([&] { return host.lines_with("given up") == 1; }));
    REQUIRE(host.send(failed(2)));
    CHECK(waits_in_socket(host.socket(0)));
    source.stop();
    CHECK(host.count("unsent") == 1);
    CHECK(host.count("received") == 1);
}

TEST_CASE_TEMPLATE("the sockets stay the host's", T, RECEIVERS) {
    FakeHost host;
    {
        Instance<T> source{host};
        REQUIRE(source.start());
        source.stop();
    }
    REQUIRE(host.send("still here"));
    char buffer[64];
    CHECK(recv(host.socket(0), buffer, sizeof buffer, 0) == 10);
}

TEST_CASE_TEMPLATE("an instance that is destroyed without stop ends its thread", T, RECEIVERS) {
    FakeHost host;
    {
        Instance<T> source{host};
        REQUIRE(source.start());
    }
    REQUIRE(host.send(failed(1)));
    CHECK(waits_in_socket(host.socket(0)));
    CHECK(host.emits() == 0);
}

TEST_CASE_TEMPLATE("only who is in allow-from is heard", T, RECEIVERS) {
    FakeHost host;
    SUBCASE("not in it") {
        Instance<T> source{host, with("allow-from", {{"10.0.0.0/8", "::1"}, {}, 0})};
        REQUIRE(source.start());
        REQUIRE(host.send(failed(1)));
        REQUIRE(eventually([&] { return host.count("not-allowed") == 1; }));
        CHECK(host.count("received") == 0);
        CHECK(eventually([&] { return host.lines_with("datagram from 127.0.0.1 dropped") == 1; }));
    }
    SUBCASE("in it") {
        Instance<T> source{host, with("allow-from", {{"127.0.0.0/8"}, {}, 0})};
        REQUIRE(source.start());
        REQUIRE(host.send(failed(1)));
        CHECK(eventually([&] { return host.accepted() == 1; }));
    }
}

TEST_CASE_TEMPLATE("two addresses", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host, with("listen", {{"127.0.0.1:0", "127.0.0.2:0"}, {}, 0})};
    REQUIRE(source.start());
    REQUIRE(host.send(failed(1), 0));
    REQUIRE(host.send(failed(2), 1));
    CHECK(eventually([&] { return host.accepted() == 2; }));
}

TEST_CASE_TEMPLATE("IPv4 and IPv6", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host, {{"listen", {{"127.0.0.1:0", "[::1]:0"}, {}, 0}}, {"allow-from", {{"::1"}, {}, 0}}}};
    if (!source.start()) {
        MESSAGE("skipped: this machine has no IPv6");
        return;
    }
    REQUIRE(host.send(failed(1), 0));
    REQUIRE(host.send(failed(2), 1));
    CHECK(eventually([&] { return host.accepted() == 1 && host.count("not-allowed") == 1; }));
    CHECK(executions(host) == std::set<std::string>{"e2"});
}

TEST_CASE_TEMPLATE("where it receives, and how many bytes the kernel buffers if fewer than asked for", T, RECEIVERS) {
    FakeHost host;
    Instance<T> source{host, with("receive-buffer", {{}, {}, 4096})};
    REQUIRE(source.start());
    CHECK(host.lines_with("instead of") == 0);
    CHECK(host.lines_with("receiving on 127.0.0.1:9998") == 1);
}

TEST_CASE("options that do not go together are refused before anything is bound") {
    struct Case {
        Given given;
        std::string says;
    };
    const Case cases[] = {
        {with("listen", {{"*:9998"}, {}, 0}), "allow-from: needed because \"*:9998\""},
        {with("listen", {{"127.0.0.1:9998", "[::]:9998"}, {}, 0}), "allow-from: needed because \"[::]:9998\""},
        {{{"listen", {{"0.0.0.0:9998"}, {}, 0}}, {"allow-from", {{}, {}, 0}}}, "allow-from: needed"},
        {{{"listen", {{"*:9998"}, {}, 0}}, {"allow-from", {{"10.0.0.0/8", "sense1"}, {}, 0}}}, "\"sense1\""},
        {with("allow-from", {{"10.0.0.0/40"}, {}, 0}), "\"10.0.0.0/40\""},
        {with("listen", {{}, {}, 0}), "listen: give at least one address"},
        {with("listen", {{"nowhere"}, {}, 0}), "listen: \"nowhere\""},
        {{{"listen", {{"*:1", "nowhere"}, {}, 0}}, {"allow-from", {{"10.0.0.1"}, {}, 0}}}, "listen: \"nowhere\""},
        {with("time-zone", {{}, "Europe/Atlantis", 0}), "time-zone: \"Europe/Atlantis\""},
    };
    for (const auto& each : cases) {
        CAPTURE(each.says);
        FakeHost host;
        const Instance<TaskLog> source{host, each.given};
        CHECK(source.error().find(each.says) != std::string::npos);
        CHECK(host.sockets() == 0);
    }
}

TEST_CASE("options that do") {
    for (const auto& given : {Given{}, with("listen", {{"[::1]:9998", "localhost:1"}, {}, 0}),
                              Given{{"listen", {{"*:9998"}, {}, 0}}, {"allow-from", {{"10.0.0.0/8"}, {}, 0}}},
                              with("time-zone", {{}, "Europe/Stockholm", 0})}) {
        FakeHost host;
        const Instance<TaskLog> source{host, given};
        CHECK(source.error() == "");
    }
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
