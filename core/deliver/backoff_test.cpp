#include "deliver/backoff.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace tocsin::core;
using namespace std::chrono_literals;

TEST_CASE("waits double from the first to the most, each within the upper half") {
    Backoff backoff{100ms, 30s, 1};
    const auto within = [&](std::uint32_t failed, std::chrono::nanoseconds whole) {
        for (int i = 0; i < 100; ++i) {
            const auto wait = backoff.after(failed);
            CHECK(wait >= whole / 2);
            CHECK(wait <= whole);
        }
    };
    within(1, 100ms);
    within(2, 200ms);
    within(5, 1600ms);
    within(9, 25600ms);
    within(10, 30s);
    within(4'000'000'000, 30s);
}

TEST_CASE("waits differ") {
    Backoff backoff{100ms, 30s, 1};
    std::set<std::chrono::nanoseconds> waits;
    for (int i = 0; i < 20; ++i) waits.insert(backoff.after(3));
    CHECK(waits.size() > 10);
}
