#include "log_time.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace task_log;
using namespace std::chrono_literals;

namespace {

std::chrono::local_time<std::chrono::nanoseconds> at(std::chrono::nanoseconds since_midnight) {
    return std::chrono::local_days{std::chrono::year{2024} / 5 / 6} + since_midnight;
}

constexpr auto seven = 7h + 8min + 9s;

}  // namespace

TEST_CASE("readable times") {
    struct Case {
        std::string text;
        std::chrono::nanoseconds since_midnight;
        std::optional<std::chrono::minutes> offset;
    };
    const Case cases[] = {
        {"2024-05-06 07:08:09,123", seven + 123ms, {}},
        {"2024-05-06 07:08:09.123", seven + 123ms, {}},
        {"2024-05-06T07:08:09,5", seven + 500ms, {}},
        {"2024-05-06 07:08:09", seven, {}},
        {"2024-05-06 07:08:09,123456789", seven + 123456789ns, {}},
        {"2024-05-06 07:08:09,1234567890123456789012345", seven + 123456789ns, {}},
        {"2024-05-06 00:00:00,000", 0ns, {}},
        {"2024-05-06 23:59:59,999", 24h - 1ms, {}},
        {"20240506T070809.123+0200", seven + 123ms, 120min},
        {"20240506T070809.123 +02:00", seven + 123ms, 120min},
        {"2024-05-06T07:08:09Z", seven, 0min},
        {"2024-05-06T07:08:09.25z", seven + 250ms, 0min},
        {"2024-05-06T07:08:09-03:30", seven, -210min},
        {"2024-05-06T07:08:09+05", seven, 300min},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        const auto time = parse_log_time(each.text);
        REQUIRE(time);
        CHECK((time->local == at(each.since_midnight)));
        CHECK((time->offset == each.offset));
    }
}

TEST_CASE("leap days") {
    CHECK(parse_log_time("2024-02-29 00:00:00"));
    CHECK_FALSE(parse_log_time("2023-02-29 00:00:00"));
    CHECK_FALSE(parse_log_time("2100-02-29 00:00:00"));
}

TEST_CASE("unreadable times") {
    for (const std::string wrong : {"",
                                    "today",
                                    "2024-05-06",
                                    "2024-05-06 07:08",
                                    "2024-13-06 07:08:09",
                                    "2024-00-06 07:08:09",
                                    "2024-05-32 07:08:09",
                                    "2024-04-31 07:08:09",
                                    "2024-05-06 24:00:00",
                                    "2024-05-06 07:60:09",
                                    "2024-05-06 07:08:60",
                                    "2024-05-06 07:08:09,",
                                    "2024-05-06 07:08:09,x",
                                    "2024-05-06 07:08:09,123x",
                                    "06.05.2024 07:08:09",
                                    "2024-0506 07:08:09",
                                    "2024-05-06 07:0809",
                                    "2024-05-06  07:08:09",
                                    " 2024-05-06 07:08:09",
                                    "2024-05-06 07:08:09 ",
                                    "1970-05-06 07:08:09",
                                    "2262-05-06 07:08:09",
                                    "-024-05-06 07:08:09",
                                    "2024-05-06 07:08:09+",
                                    "2024-05-06 07:08:09+24:00",
                                    "2024-05-06 07:08:09+02:60",
                                    "2024-05-06 07:08:09+02:00x",
                                    "2024-05-06 07:08:09ZZ",
                                    "99999999999999999999"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_log_time(wrong));
    }
    CHECK_FALSE(parse_log_time(std::string{"2024-05-06 07:08:09\0", 20}));
}

TEST_CASE("every beginning of a time that is not one itself is unreadable") {
    const std::string text = "2024-05-06 07:08:09,123";
    for (std::size_t size = 0; size < text.size(); ++size) {
        CAPTURE(size);
        CHECK(parse_log_time(text.substr(0, size)).has_value() == (size == 19 || size > 20));
    }
}
