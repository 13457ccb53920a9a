#include "backoff.hpp"

#include "failure_log.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("delays double with jitter up to the longest, and begin again after a reset") {
    mqtt::Backoff backoff{100ms, 1s};
    for (int round = 0; round < 50; ++round) {
        for (const auto base : {100ms, 200ms, 400ms, 800ms}) {
            const auto delay = backoff.next();
            CHECK(delay >= base * 8 / 10);
            CHECK(delay <= base * 12 / 10);
        }
        for (int i = 0; i < 20; ++i) {
            const auto delay = backoff.next();
            CHECK(delay >= 800ms);
            CHECK(delay <= 1s);
        }
        backoff.reset();
    }
}

TEST_CASE("delays differ, so that many do not come at once") {
    mqtt::Backoff backoff{1s, 1s};
    const auto first = backoff.next();
    bool differs = false;
    for (int i = 0; i < 20; ++i) differs = differs || backoff.next() != first;
    CHECK(differs);
}

TEST_CASE("a failure is told at first, when its reason changes, and once a minute") {
    mqtt::FailureLog log;
    const mqtt::FailureLog::TimePoint start{};
    CHECK(log.tells("refused", start));
    CHECK_FALSE(log.tells("refused", start + 1s));
    CHECK(log.tells("timed out", start + 2s));
    CHECK(log.tells("refused", start + 3s));
    CHECK_FALSE(log.tells("refused", start + 62s));
    CHECK(log.tells("refused", start + 63s));
    CHECK_FALSE(log.tells("refused", start + 64s));
    log.reset();
    CHECK(log.tells("refused", start + 65s));
}
