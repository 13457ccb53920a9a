#include "scripted_plugins.hpp"

#include <thread>

using namespace testing_test;
using namespace std::chrono_literals;
using tocsin::testing::wait_until;

namespace {

/// A sink that has been started, with one handler.
struct Started {
    explicit Started(std::string_view options = "topic: t") {
        ScriptedSink::forget();
        handler = sink.bind(options);
        sink.start();
    }
    TestedSink sink;
    tocsin::testing::Handler handler{};
};

}  // namespace

TEST_CASE("options are checked and completed as the router does, and named as it would") {
    ScriptedSink::forget();
    std::string seen;
    ScriptedSink::on_start = [&](ScriptedSink& sink) {
        seen = std::string{sink.options.text("url")} + " " + std::to_string(sink.options.integer("tries")) + " " +
               std::string{sink.host.name()};
    };
    SUBCASE("defaults") {
        TestedSink{}.start();
        CHECK(seen == "x:1 3 scripted");
    }
    SUBCASE("given, with the header of the section") {
        TestedSink{"[[scripted]]\nurl = 'y'\ntries = 9"}.start();
        CHECK(seen == "y 9 scripted");
    }
    SUBCASE("given, without, under another name") {
        TestedSink{"url = 'y'\ntries = 1", {.name = "plant"}}.start();
        CHECK(seen == "y 1 plant");
    }
}

TEST_CASE("a relative path begins at the directory of the test") {
    ScriptedSink::forget();
    std::string seen;
    ScriptedSink::on_start = [&](ScriptedSink& sink) { seen = sink.options.text("file"); };
    TestedSink{"file = 'certificates/ca.pem'", {.directory = "/etc/tocsin"}}.start();
    CHECK(seen == "/etc/tocsin/certificates/ca.pem");
}

TEST_CASE("mistakes in a section are told as the router tells them") {
    ScriptedSink::forget();
    struct Case {
        std::string_view section;
        std::string_view told;
    };
    const Case cases[] = {
        {"ulr = 'y'", "tocsin.toml:1:1: scripted.ulr: unknown option (did you mean \"url\"?)"},
        {"[[scripted]]\nurl = 5", "tocsin.toml:2:7: scripted.url: must be a string"},
        {"tries = 10", "tocsin.toml:1:9: scripted.tries: must be a whole number from 1 to 9"},
        {"url = 'nowhere'",
         "tocsin.toml:1:1: scripted.tries: are in vain\ntocsin.toml:1:7: scripted.url: there is no such place"},
        {"url = ", "tocsin.toml:1:"},
        {"url = '\x01'", "control character"},
        {"[[scripted]]\n[[scripted]]", "unknown option"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.section);
        const auto mistake = mistake_of([&] { TestedSink{each.section}; });
        CAPTURE(mistake);
        CHECK(mistake.find(each.told) != std::string::npos);
    }
}

TEST_CASE("mistakes in a handler's options are told as the router tells them") {
    ScriptedSink::forget();
    struct Case {
        std::string_view options;
        std::string_view told;
    };
    const Case cases[] = {
        {"", "handler.yaml:1:1: options.topic: missing (required: MQTT topic)"},
        {"topic: t\ntxt: u", "handler.yaml:2:1: options.txt: unknown option (did you mean \"text\"?)"},
        {"topic: t\nmode: loud", "handler.yaml:2:7: options.mode: "},
        {"topic: 'a/{{ .Nme }}'", "handler.yaml:1:14: options.topic: "},
        {"topic: 'a/#'", "handler.yaml:1:"},
        {"topic: t\nmode: hard", "handler.yaml:2:7: options.mode: not that hard"},
        {"topic: [", "handler.yaml:1:"},
    };
    TestedSink sink;
    for (const auto& each : cases) {
        CAPTURE(each.options);
        const auto mistake = mistake_of([&] { sink.bind(each.options); });
        CAPTURE(mistake);
        CHECK(mistake.find(each.told) != std::string::npos);
    }
    sink.bind("topic: t");
    sink.start();
    CHECK(mistake_of([&] { sink.bind("topic: t"); }) == "bind comes before start");
}

TEST_CASE("events arrive stamped, rendered and escaped") {
    Started started{"topic: 'alerts/{{ .Tags.site }}'\ntext: '{{ .Level }} {{ .Message }}'"};
    std::vector<std::string> seen;
    ScriptedSink::on_send = [&](ScriptedSink&, tocsin::Delivery delivery) {
        seen.push_back(std::string{delivery.option("topic")} + " " + std::string{delivery.option("text")} + " " +
                       std::string{name_of(delivery.previous_level())} + " " +
                       std::to_string(std::chrono::floor<std::chrono::seconds>(delivery.duration()).count()) + " " +
                       std::to_string(delivery.event().sequence) + " " + delivery.json().substr(0, 14));
        delivery.delivered();
    };
    started.sink.submit(started.handler, event());
    started.sink.advance(90s);
    started.sink.submit(started.handler, event("host1", tocsin::Level::ok));
    started.sink.submit(started.handler, event("host2", tocsin::Level::warning));
    REQUIRE(seen.size() == 3);
    CHECK(seen[0] == "alerts/a%2Fb CRITICAL it is hot OK 0 1 {\"id\":\"host1\",");
    CHECK(seen[1] == "alerts/a%2Fb OK it is hot CRITICAL 90 2 {\"id\":\"host1\",");
    CHECK(seen[2] == "alerts/a%2Fb WARNING it is hot OK 0 3 {\"id\":\"host2\",");
    CHECK(started.sink.count_of(Outcome::delivered) == 3);
}

TEST_CASE("an event has the host's time unless it brings one") {
    Started started;
    std::vector<std::chrono::sys_time<std::chrono::nanoseconds>> seen;
    ScriptedSink::on_send = [&](ScriptedSink&, tocsin::Delivery delivery) {
        seen.push_back(delivery.time());
        delivery.delivered();
    };
    CHECK(started.sink.now() == std::chrono::sys_days{std::chrono::year{2026} / 1 / 1});
    started.sink.advance(1h);
    started.sink.submit(started.handler, event());
    auto own = event();
    own.time = std::chrono::sys_days{std::chrono::year{2020} / 5 / 6};
    started.sink.submit(started.handler, own);
    REQUIRE(seen.size() == 2);
    CHECK(seen[0] == std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + 1h);
    CHECK(seen[1] == own.time);
}

TEST_CASE("what a template cannot render is dead, and the sink never sees it") {
    Started started{"topic: '{{ .Tags.none }}'"};
    int sent = 0;
    ScriptedSink::on_send = [&](ScriptedSink&, tocsin::Delivery) { ++sent; };
    auto empty = event();
    empty.tag("none", "");
    const auto answer = started.sink.answer_to(started.sink.submit(started.handler, empty), 0ms);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::rejected);
    CHECK(answer->by_host);
    CHECK(answer->reason.find("empty") != std::string::npos);
    CHECK(sent == 0);
}

TEST_CASE("an event that breaks a rule is the mistake of the test") {
    Started started;
    CHECK(mistake_of([&] { started.sink.submit(started.handler, tocsin::EventDraft{}); }) ==
          "the event breaks a rule: the topic is empty");
    CHECK(mistake_of([&] { started.sink.submit({7}, event()); }) == "there is no handler 7");
    const tocsin::EventDraft both[] = {event(), {}};
    CHECK_THROWS_AS(started.sink.submit(started.handler, both), tocsin::testing::Mistake);
    CHECK(started.sink.answers().empty());
    CHECK(started.sink.waiting() == 0);
}

TEST_CASE("deliveries beyond the credit wait and follow in order") {
    Started started;
    std::vector<std::uint64_t> seen;
    ScriptedSink* self = nullptr;
    ScriptedSink::on_send = [&](ScriptedSink& sink, tocsin::Delivery delivery) {
        self = &sink;
        seen.push_back(delivery.ticket());
        sink.kept.push_back(std::move(delivery));
    };
    const std::vector<tocsin::EventDraft> events(5, event());
    const auto tickets = started.sink.submit(started.handler, events);
    CHECK(tickets == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
    CHECK(seen == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(started.sink.open() == 3);
    CHECK(started.sink.held() == 3);
    CHECK(started.sink.waiting() == 2);
    self->kept[0].rejected("no room");
    CHECK(wait_until([&] { return started.sink.waiting() == 1; }));
    CHECK(wait_until([&] { return started.sink.open() == 3; }));
    self->host.set_max_in_flight(0);
    self->kept[1].delivered();
    CHECK(started.sink.waiting() == 1);
    CHECK(started.sink.max_in_flight() == 0);
    self->host.set_max_in_flight(10);
    CHECK(wait_until([&] { return started.sink.waiting() == 0; }));
    started.sink.submit_values(started.handler, event(), {"t", "x"});
    const auto answer = started.sink.answer_to(1);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::rejected);
    CHECK(answer->reason == "no room");
    CHECK_FALSE(answer->by_host);
    started.sink.stop();
    CHECK(started.sink.count_of(Outcome::retry) == 4);
    CHECK(started.sink.held() == 0);
    CHECK(started.sink.violations() == Violations{});
}

TEST_CASE("a batch is one call, of 64 at most") {
    ScriptedSink::forget();
    auto kind = tocsin::detail::sink_kind<ScriptedSink>;
    kind.max_in_flight = 100;
    static std::vector<std::uint64_t> calls;
    calls.clear();
    kind.submit = [](void* instance, const tocsin_delivery* const* deliveries, std::uint64_t count) {
        calls.push_back(count);
        tocsin::detail::sink_kind<ScriptedSink>.submit(instance, deliveries, count);
    };
    tocsin::testing::HostedSink sink{kind};
    const auto handler = sink.bind("topic: t");
    sink.start();
    sink.submit(handler, std::vector<tocsin::EventDraft>(90, event()));
    CHECK(calls == std::vector<std::uint64_t>{64, 26});
    CHECK(sink.count_of(Outcome::delivered) == 90);
}

TEST_CASE("an event can be submitted again as its next attempt") {
    Started started;
    std::vector<std::string> seen;
    ScriptedSink::on_send = [&](ScriptedSink&, tocsin::Delivery delivery) {
        seen.push_back(std::to_string(delivery.attempt()) + " " + std::to_string(delivery.event().sequence) + " " +
                       std::string{delivery.option("text")});
        delivery.attempt() == 1 ? delivery.retry("later") : delivery.delivered();
    };
    const auto first = started.sink.submit(started.handler, event());
    const auto second = started.sink.submit_again(first);
    CHECK(second != first);
    CHECK(seen == std::vector<std::string>{"1 1 it is hot", "2 1 it is hot"});
    CHECK(started.sink.answer_to(second)->outcome == Outcome::delivered);
    CHECK(mistake_of([&] { started.sink.submit_again(99); }) == "ticket 99 has not ended");
}

TEST_CASE("values can be given in place of rendered ones") {
    Started started;
    std::vector<std::string> seen;
    ScriptedSink::on_send = [&](ScriptedSink&, tocsin::Delivery delivery) {
        seen.push_back(delivery.has_option("topic") ? std::string{delivery.option("topic")} : "(left out)");
        delivery.delivered();
    };
    started.sink.submit_values(started.handler, event(), {std::string_view{"a\0b", 3}, "x"});
    started.sink.submit_values(started.handler, event(), {{}, "x"});
    CHECK(seen == std::vector<std::string>{{"a\0b", 3}, "(left out)"});
    CHECK(mistake_of([&] { started.sink.submit_values(started.handler, event(), {"x"}); }) ==
          "the sink has 2 template options, not 1");
}

TEST_CASE("what has no answer within two minutes of the host's clock is given up") {
    Started started;
    ScriptedSink::on_send = [](ScriptedSink& sink, tocsin::Delivery delivery) {
        sink.kept.push_back(std::move(delivery));
    };
    const auto ticket = started.sink.submit(started.handler, event());
    started.sink.advance(2min - 1ns);
    CHECK_FALSE(started.sink.answer_to(ticket, 0ms));
    started.sink.advance(1ns);
    const auto answer = started.sink.answer_to(ticket, 0ms);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::retry);
    CHECK(answer->by_host);
    CHECK(started.sink.open() == 1);  // the sink still has it
    started.sink.stop();
    CHECK(started.sink.violations() == Violations{"ticket 1 was not answered within two minutes",
                                                  "ack: ticket 1 was answered after it had been given up"});
    CHECK(started.sink.answers().size() == 1);
}

TEST_CASE("log lines, counters and posted tasks") {
    Started started;
    std::thread::id posted_on;
    std::atomic<bool> posted = false;
    ScriptedSink::on_send = [&](ScriptedSink& sink, tocsin::Delivery delivery) {
        sink.host.debug("one");
        sink.host.error("two");
        sink.host.counter("sent", "how many").add(2);
        sink.host.counter("sent", "how many").add();
        sink.host.post([&, owned = std::make_shared<tocsin::Delivery>(std::move(delivery))] {
            owned->delivered();
            posted_on = std::this_thread::get_id();
            posted = true;
            throw std::runtime_error{"out of a task"};
        });
    };
    const auto ticket = started.sink.submit(started.handler, event());
    REQUIRE(started.sink.answer_to(ticket));
    REQUIRE(wait_until([&] { return posted.load(); }));
    CHECK(posted_on != std::this_thread::get_id());
    CHECK(wait_until([&] { return started.sink.logged("out of a task") == 1; }));
    const auto log = started.sink.log();
    REQUIRE(log.size() == 3);
    CHECK(log[0].severity == tocsin::testing::Severity::debug);
    CHECK(log[0].text == "one");
    CHECK(log[1].severity == tocsin::testing::Severity::error);
    CHECK(started.sink.count("sent") == 3);
    CHECK_THROWS_AS(started.sink.count("none"), std::out_of_range);
    started.sink.stop();
    CHECK(started.sink.violations() == Violations{});
}

TEST_CASE("posted tasks never meet another call, and those posted before a stop run before it") {
    Started started;
    std::atomic<int> inside = 0;
    std::atomic<int> runs = 0;
    std::atomic<bool> met = false;
    const auto alone = [&] {
        if (++inside != 1) met = true;
        std::this_thread::yield();
        --inside;
        ++runs;
    };
    ScriptedSink::on_send = [&](ScriptedSink& sink, tocsin::Delivery delivery) {
        alone();
        sink.host.post(alone);
        delivery.delivered();
    };
    for (int i = 0; i < 500; ++i) started.sink.submit(started.handler, event());
    started.sink.stop();
    CHECK(runs == 1000);
    CHECK_FALSE(met);
}

TEST_CASE("what was posted before a stop runs before it, also when nothing could run in between") {
    Started started;
    std::vector<std::string> seen;
    ScriptedSink::on_stop = [&](ScriptedSink&) { seen.emplace_back("stop"); };
    ScriptedSink::on_send = [&](ScriptedSink& sink, tocsin::Delivery delivery) {
        delivery.delivered();
        sink.host.post([&] { seen.emplace_back("task"); });
        started.sink.stop();
    };
    started.sink.submit(started.handler, event());
    CHECK(seen == std::vector<std::string>{"task", "stop"});
    CHECK(started.sink.violations() == Violations{});
}

TEST_CASE("check says why the other end cannot be reached") {
    ScriptedSink::forget();
    TestedSink good;
    CHECK_NOTHROW(good.check());
    TestedSink mute{"url = 'mute'"};
    CHECK(mistake_of([&] { mute.check(1s); }) == "mute says nothing");
    good.start();
    CHECK(mistake_of([&] { good.check(); }) == "check comes before start");
}

TEST_CASE("a start that fails says why, and the order of calls is kept") {
    ScriptedSink::forget();
    TestedSink sink;
    const auto handler = sink.bind("topic: t");
    CHECK(mistake_of([&] { sink.submit(handler, event()); }) == "submit comes after start");
    ScriptedSink::on_start = [](ScriptedSink&) { throw std::runtime_error{"no way"}; };
    CHECK(mistake_of([&] { sink.start(); }) == "no way");
    ScriptedSink::on_start = nullptr;
    sink.start();
    CHECK(mistake_of([&] { sink.start(); }) == "the instance was started before");
    sink.stop();
    CHECK(mistake_of([&] { sink.submit(handler, event()); }) == "submit comes before stop");
    sink.destroy();
    CHECK(mistake_of([&] { sink.stop(); }) == "there is no instance to stop");
}

TEST_CASE("a kind that lacks a function is refused") {
    auto kind = tocsin::detail::sink_kind<ScriptedSink>;
    kind.submit = nullptr;
    CHECK(mistake_of([&] { tocsin::testing::HostedSink{kind}; }).find("submit") != std::string::npos);
}
