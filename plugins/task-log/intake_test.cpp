#include "intake.hpp"

#include "samples.hpp"

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace task_log;
using namespace std::chrono_literals;
using test::failed;
using tocsin::Emit;

namespace {

const Intake::Time start{1h};

Datagram datagram(std::string_view bytes, std::string_view sender = "10.1.2.3") {
    return {bytes, *Address::parse(sender), false, {}};
}

struct Fixture {
    explicit Fixture(std::int64_t rate_limit = 0, std::optional<AllowList> allow = {})
        : intake{tocsin::SourceHost{host.abi()}, {std::move(allow), 10min, rate_limit, TimeZone::named("UTC")}} {}

    bool take(const Datagram& datagram, Intake::Time now = start) {
        return intake.prepare(datagram, now) && intake.emit(now) == Emit::accepted;
    }

    tocsin::testing::RecordingSourceHost host;
    Intake intake;
};

}  // namespace

TEST_CASE("a datagram becomes an event and is counted") {
    Fixture fixture;
    CHECK(fixture.take(datagram(test::failed_sample)));
    CHECK(fixture.host.count("received") == 1);
    CHECK(fixture.host.count("malformed") == 0);
    REQUIRE(fixture.host.accepted() == 1);
    CHECK(fixture.host.events()[0].task_name == "Reload sales");
}

TEST_CASE("malformed datagrams are counted and one a second is shown") {
    Fixture fixture;
    for (int i = 0; i < 100; ++i) CHECK_FALSE(fixture.take(datagram("rubbish\n"), start + i * 10ms));
    CHECK(fixture.host.count("received") == 100);
    CHECK(fixture.host.count("malformed") == 100);
    CHECK(fixture.host.logged("malformed") == 1);
    CHECK(fixture.host.logged("10.1.2.3") == 1);
    CHECK(fixture.host.logged("unknown message type") == 1);
    CHECK(fixture.host.logged("rubbish") == 1);
    CHECK_FALSE(fixture.take(datagram(std::string(65'507, 'x')), start + 2s));
    CHECK(fixture.host.logged("99 more") == 1);
    CHECK(fixture.host.logged(std::string(300, 'x')) == 1);
    CHECK(fixture.host.logged(std::string(301, 'x')) == 0);
}

TEST_CASE("a datagram that was cut is malformed") {
    Fixture fixture;
    auto cut = datagram(test::failed_sample);
    cut.is_cut = true;
    CHECK_FALSE(fixture.take(cut));
    CHECK(fixture.host.count("received") == 1);
    CHECK(fixture.host.count("malformed") == 1);
    CHECK(fixture.host.logged("max-datagram") == 1);
}

TEST_CASE("who is not allowed counts apart") {
    Fixture fixture{0, AllowList{{"10.1.0.0/16"}}};
    CHECK(fixture.take(datagram(failed(1), "10.1.9.9")));
    CHECK_FALSE(fixture.take(datagram(failed(2), "10.2.0.1")));
    CHECK_FALSE(fixture.take(datagram("rubbish", "::1")));
    CHECK(fixture.host.count("not-allowed") == 2);
    CHECK(fixture.host.count("received") == 1);
    CHECK(fixture.host.count("malformed") == 0);
    CHECK(fixture.host.logged("10.2.0.1") == 1);
    CHECK(fixture.host.logged("allow-from") == 1);
}

TEST_CASE("an outcome told twice is a duplicate, until the window has passed") {
    Fixture fixture;
    CHECK(fixture.take(datagram(failed(1))));
    CHECK_FALSE(fixture.take(datagram(failed(1)), start + 1min));
    CHECK(fixture.take(datagram(failed(2)), start + 1min));
    CHECK(fixture.host.count("duplicate") == 1);
    CHECK(fixture.take(datagram(failed(1)), start + 10min));
    CHECK(fixture.host.count("received") == 4);
    CHECK(fixture.host.accepted() == 3);
}

TEST_CASE("an other outcome of the same execution is none, nor is a session told twice") {
    Fixture fixture;
    CHECK(fixture.take(datagram("/scheduler-task-failed/;h;T;A;u;i;j;t;l;same;m")));
    CHECK(fixture.take(datagram("/scheduler-task-success/;h;T;A;u;i;j;t;l;same;m")));
    CHECK(fixture.take(datagram(test::session_sample)));
    CHECK(fixture.take(datagram(test::session_sample)));
    CHECK(fixture.take(datagram(test::engine_sample)));
    CHECK(fixture.take(datagram(test::engine_sample)));
    CHECK(fixture.host.count("duplicate") == 0);
}

TEST_CASE("only what was accepted is remembered") {
    Fixture fixture;
    for (const auto answer : {Emit::full, Emit::stopping, Emit::invalid}) {
        fixture.host.answer_emit(answer);
        REQUIRE(fixture.intake.prepare(datagram(failed(1)), start));
        CHECK(fixture.intake.emit(start) == answer);
    }
    CHECK(fixture.host.count("malformed") == 1);  // the invalid one
    fixture.host.answer_emit(Emit::accepted);
    CHECK(fixture.take(datagram(failed(1))));
    CHECK_FALSE(fixture.take(datagram(failed(1))));
    CHECK(fixture.host.count("duplicate") == 1);
}

TEST_CASE("an event can be offered again until it is accepted") {
    Fixture fixture;
    const auto bytes = failed(1);
    REQUIRE(fixture.intake.prepare(datagram(bytes), start));
    fixture.host.answer_emit(Emit::full);
    for (int i = 0; i < 3; ++i) CHECK(fixture.intake.emit(start) == Emit::full);
    fixture.host.answer_emit(Emit::accepted);
    CHECK(fixture.intake.emit(start) == Emit::accepted);
    CHECK(fixture.host.count("received") == 1);
    CHECK(fixture.host.events()[0].tag("executionId") == "e1");
}

TEST_CASE("the rate limit drops and counts, duplicates and rubbish do not use it up") {
    Fixture fixture{2};
    CHECK(fixture.take(datagram(failed(1))));
    for (int i = 0; i < 10; ++i) {
        CHECK_FALSE(fixture.take(datagram(failed(1))));
        CHECK_FALSE(fixture.take(datagram("rubbish")));
    }
    CHECK(fixture.take(datagram(failed(2))));
    CHECK_FALSE(fixture.take(datagram(failed(3))));
    CHECK_FALSE(fixture.take(datagram(failed(3))));
    CHECK(fixture.host.count("limited") == 2);
    CHECK(fixture.host.logged("rate-limit") == 1);
    CHECK(fixture.take(datagram(failed(3)), start + 31s));
    CHECK(fixture.host.count("received") == fixture.host.count("malformed") + fixture.host.count("duplicate") +
                                                fixture.host.count("limited") + fixture.host.accepted());
}

TEST_CASE("what is given up is counted") {
    Fixture fixture;
    fixture.host.answer_emit(Emit::stopping);
    const auto bytes = failed(1);
    REQUIRE(fixture.intake.prepare(datagram(bytes), start));
    CHECK(fixture.intake.emit(start) == Emit::stopping);
    fixture.intake.abandon();
    CHECK(fixture.intake.unsent() == 1);
    CHECK(fixture.host.count("unsent") == 1);
}
