#include "route/expression/call_check.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace tocsin::core {
namespace {

constexpr auto no = Match::Result::no;
constexpr auto yes = Match::Result::yes;

Event with_value(std::string_view value) { return MatchTestEvent{.tags = {{"value", value}}}.make(); }

TEST_CASE("varying functions: count counts evaluations of one match") {
    const Event event = MatchTestEvent{}.make();
    const Match every_third{"count() % 3 == 0"};
    const Match copy = every_third;
    const Match another{"count() == 1"};
    CHECK(every_third(event) == no);
    CHECK(copy(event) == no);
    CHECK(every_third(event) == yes);
    CHECK(every_third(event) == no);
    CHECK(another(event) == yes);
    CHECK(another(event) == no);
    // Where it is not evaluated it does not count, and all calls in a match share one count.
    const Match critical{"level() == CRITICAL AND count() == 2"};
    CHECK(critical(event) == no);
    CHECK(critical(MatchTestEvent{.level = Level::info}.make()) == no);
    CHECK(critical(event) == yes);
    CHECK(Match{"count() + count() == 3"}(event) == yes);
}

TEST_CASE("varying functions: count from many threads") {
    const Event event = MatchTestEvent{}.make();
    const Match match{"count() == 4000"};
    std::vector<std::thread> threads;
    std::atomic<int> held = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 1000; ++j) {
                if (match(event) == yes) ++held;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(held == 1);
}

TEST_CASE("varying functions: sigma is the distance from the mean in standard deviations") {
    const Match match{"sigma(float(\"value\")) > 1.5"};
    CHECK(match(with_value("1")) == no);
    CHECK(match(with_value("1")) == no);
    CHECK(match(with_value("1.1")) == no);
    CHECK(match(with_value("0.9")) == no);
    CHECK(match(with_value("9")) == yes);
    // Kapacitor's number for 1, 3, 8.
    const Match three{"abs(sigma(1.0) + sigma(3.0) + sigma(8.0) - 1.8165071736370058) < 0.0000000001"};
    CHECK(three(with_value("0")) == yes);
}

TEST_CASE("varying functions: spread is the range of all values") {
    const Match match{"spread(float(\"value\")) >= 7.0"};
    CHECK(match(with_value("1")) == no);
    CHECK(match(with_value("5")) == no);
    CHECK(match(with_value("-2")) == yes);
    CHECK(match(with_value("0")) == yes);
    CHECK(Match{"spread(1.0) + spread(5.0) + spread(-2.0) == 11.0"}(with_value("0")) == yes);
}

TEST_CASE("varying functions: rand differs from call to call") {
    const Event event = MatchTestEvent{}.make();
    CHECK(Match{"rand() != rand()"}(event) == yes);
    CHECK(Match{"rand() >= 0"}(event) == yes);
    CHECK(Match{"rand(1) == 0"}(event) == yes);
    const Match third{"rand(3) == 1"};
    int held = 0;
    for (int i = 0; i < 3000; ++i) held += third(event) == yes ? 1 : 0;
    CHECK(held > 600);
    CHECK(held < 1400);
    check_without_result({{"0", "rand(int($)) >= 0"}, {"-5", "rand(int($)) >= 0"}});
}

}  // namespace
}  // namespace tocsin::core
