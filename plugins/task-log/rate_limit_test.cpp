#include "rate_limit.hpp"

#include <doctest/doctest.h>

using namespace task_log;
using namespace std::chrono_literals;

namespace {

const RateLimit::Time start{1h};

int passing(RateLimit& limit, int tries, RateLimit::Time now) {
    int passed = 0;
    for (int i = 0; i < tries; ++i) passed += limit.take(now) ? 1 : 0;
    return passed;
}

}  // namespace

TEST_CASE("0 limits nothing") {
    RateLimit limit{0};
    CHECK(passing(limit, 100'000, start) == 100'000);
}

TEST_CASE("so many at once, then evenly") {
    RateLimit limit{60};
    CHECK(passing(limit, 100, start) == 60);
    CHECK(passing(limit, 100, start + 900ms) == 0);
    CHECK(passing(limit, 100, start + 1001ms) == 1);
    CHECK(passing(limit, 100, start + 11001ms) == 10);
    CHECK(passing(limit, 100, start + 2h) == 60);
}

TEST_CASE("one a minute") {
    RateLimit limit{1};
    CHECK(passing(limit, 5, start) == 1);
    CHECK(passing(limit, 5, start + 59s) == 0);
    CHECK(passing(limit, 5, start + 61s) == 1);
}

TEST_CASE("a refused event costs nothing") {
    RateLimit limit{60};
    CHECK(passing(limit, 60, start) == 60);
    int passed = 0;
    for (int i = 1; i <= 1000; ++i) passed += limit.take(start + i * 10ms) ? 1 : 0;
    CHECK(passed >= 9);
    CHECK(passed <= 10);
}

TEST_CASE("a throttled log line tells how many were kept back") {
    LogThrottle throttle{1s};
    CHECK(throttle.admit(start) == 0);
    CHECK_FALSE(throttle.admit(start));
    CHECK_FALSE(throttle.admit(start + 999ms));
    CHECK(throttle.admit(start + 1s) == 2);
    CHECK(throttle.admit(start + 2s) == 0);
}
