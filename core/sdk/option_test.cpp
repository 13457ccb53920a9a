#include <tocsin/option.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;

namespace {
constexpr auto option = tocsin::Option{"interval", tocsin::duration, "time"}.range(10ms, 1min);
}

TEST_CASE("a range of durations is one of nanoseconds") {
    CHECK((option.flags & TOCSIN_OPTION_RANGE) != 0);
    CHECK(option.minimum == 10'000'000);
    CHECK(option.maximum == 60'000'000'000);
    CHECK((option.flags & TOCSIN_OPTION_REQUIRED) != 0);
}
