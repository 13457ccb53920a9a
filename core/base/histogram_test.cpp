#include "base/histogram.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <thread>
#include <vector>

using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

/// Where `time` is counted.
std::size_t bucket_of(std::chrono::nanoseconds time) {
    Histogram histogram;
    histogram.record(time);
    Histogram::Sum sum;
    sum.add(histogram);
    CHECK(sum.count() == 1);
    for (std::size_t i = 0; i < sum.buckets.size(); ++i)
        if (sum.buckets[i] == 1) return i;
    return sum.buckets.size();
}

}  // namespace

TEST_CASE("the bounds go from 10 µs to 100 s in steps of at most 2.5 times") {
    constexpr auto& bounds = Histogram::bounds;
    CHECK(bounds.front() == 10us);
    CHECK(bounds[1] == 20us);
    CHECK(bounds[2] == 50us);
    CHECK(bounds[3] == 100us);
    CHECK(bounds.back() == 100s);
    for (std::size_t i = 1; i < bounds.size(); ++i) {
        CHECK(bounds[i] >= 2 * bounds[i - 1]);
        CHECK(2 * bounds[i] <= 5 * bounds[i - 1]);
    }
}

TEST_CASE("a bound belongs to the bucket below it") {
    struct Case {
        std::chrono::nanoseconds time;
        std::size_t bucket;
    };
    for (const auto& one : {Case{0ns, 0}, Case{-1ns, 0}, Case{std::chrono::nanoseconds::min(), 0}, Case{10us, 0},
                            Case{10us + 1ns, 1}, Case{20us, 1}, Case{1ms, 6}, Case{1s, 15}, Case{100s, 21},
                            Case{100s + 1ns, 22}, Case{std::chrono::nanoseconds::max(), 22}}) {
        CAPTURE(one.time.count());
        CHECK(bucket_of(one.time) == one.bucket);
    }
}

TEST_CASE("sums are exact to a tenth of a microsecond, and add up over histograms") {
    Histogram first;
    Histogram second;
    first.record(1500ms);
    first.record(300ns);
    first.record(-1h);
    second.record(250s);
    Histogram::Sum sum;
    CHECK(sum.count() == 0);
    CHECK(sum.seconds == 0);
    sum.add(first);
    sum.add(second);
    CHECK(sum.count() == 4);
    CHECK(sum.seconds == doctest::Approx(251.5000003).epsilon(1e-12));
}

TEST_CASE("the sum does not wrap when a million deliveries waited for a week") {
    Histogram histogram;
    for (int i = 0; i < 1'000'000; ++i) histogram.record(24h * 7);
    Histogram::Sum sum;
    sum.add(histogram);
    CHECK(sum.seconds == doctest::Approx(1e6 * 7 * 86'400).epsilon(1e-9));
}

TEST_CASE("any number of threads count at once, and a reader never sees a count that goes back") {
    constexpr int threads = 4;
    constexpr int each = 20'000;
    Histogram histogram;
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
        all.emplace_back([&, i] {
            for (int n = 0; n < each; ++n) histogram.record(std::chrono::microseconds{10 << i});
        });
    std::uint64_t before = 0;
    bool went_back = false;
    do {
        Histogram::Sum sum;
        sum.add(histogram);
        went_back = went_back || sum.count() < before;
        before = sum.count();
    } while (before < threads * each && !went_back);
    for (auto& thread : all) thread.join();
    CHECK_FALSE(went_back);
    Histogram::Sum sum;
    sum.add(histogram);
    CHECK(sum.count() == threads * each);
    CHECK(sum.seconds == doctest::Approx(each * (10 + 20 + 40 + 80) * 1e-6));
}
