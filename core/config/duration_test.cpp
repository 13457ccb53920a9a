#include "config/schema.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tocsin::core {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t s = 1000 * ms;

TEST_CASE("durations") {
    struct Case {
        const char* text;
        std::int64_t value;
    };
    for (const auto& example : {Case{"250ms", 250 * ms},
                                Case{"5s", 5 * s},
                                Case{"1m30s", 90 * s},
                                Case{"2h", 7200 * s},
                                Case{"1d", 86400 * s},
                                Case{"1w", 7 * 86400 * s},
                                Case{"1.5h", 5400 * s},
                                Case{"0s", 0},
                                Case{"0.3s", 300 * ms},
                                Case{".5s", 500 * ms},
                                Case{"1.s", s},
                                Case{"1us", 1000},
                                Case{"1µs", 1000},
                                Case{"1μs", 1000},
                                Case{"7ns", 7},
                                Case{"0.9ns", 0},
                                Case{"1s1h", 3601 * s},
                                Case{"1h1h", 7200 * s},
                                Case{"9223372036854775807ns", std::numeric_limits<std::int64_t>::max()},
                                Case{"0.00000000000000000000001s", 0}}) {
        const auto& text = example.text;
        const auto& value = example.value;
        CAPTURE(std::string{text});
        CHECK(parse_duration(text) == value);
    }
}

TEST_CASE("what is no duration") {
    for (const char* text : {"",
                             "5",
                             "0",
                             "s",
                             ".s",
                             ".",
                             "-5s",
                             "+5s",
                             "5 s",
                             " 5s",
                             "5s ",
                             "5S",
                             "5sec",
                             "5s5",
                             "1y",
                             "1.5.5s",
                             "9223372036854775808ns",
                             "9223372036.854775808s",
                             "300y",
                             "106752d",
                             "300000d",
                             "99999999999999999999s",
                             "1e3s",
                             "15251w",
                             "9223372036854775807ns1ns"}) {
        CAPTURE(std::string{text});
        CHECK_FALSE(parse_duration(text));
    }
    CHECK_FALSE(parse_duration(std::string(100000, '1') + "s"));
    CHECK_FALSE(parse_duration(std::string_view{"5s\0", 3}));
}

TEST_CASE("durations as text") {
    CHECK(duration_text(0) == "0s");
    CHECK(duration_text(90 * s) == "1m30s");
    CHECK(duration_text(7200 * s) == "2h");
    CHECK(duration_text(14 * 86400 * s) == "2w");
    CHECK(duration_text(10 * 86400 * s) == "10d");
    CHECK(duration_text(1500 * ms + 7) == "1s500ms7ns");
    CHECK(duration_text(-s) == "-1s");
    CHECK(duration_text(std::numeric_limits<std::int64_t>::min()).starts_with("-"));
    for (const std::int64_t value : {std::int64_t{1}, 1234567890123456789, std::numeric_limits<std::int64_t>::max()})
        CHECK(parse_duration(duration_text(value)) == value);
}

}  // namespace
}  // namespace tocsin::core
