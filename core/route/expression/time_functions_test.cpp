#include "route/expression/functions.hpp"

#include "route/expression/call_check.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace tocsin::core {
namespace {

/// The time zone of this process, for as long as it lives.
class TimeZone {
  public:
    explicit TimeZone(const char* name) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        setenv("TZ", name, 1);
        tzset();
    }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;
    ~TimeZone() {
        if (before_) {
            setenv("TZ", before_->c_str(), 1);
        } else {
            unsetenv("TZ");
        }
        tzset();
    }

  private:
    std::optional<std::string> before_;
};

std::int64_t part(std::string_view function, std::int64_t nanoseconds) {
    expression::Frame frame{nullptr};
    expression::Value value{nanoseconds};
    CHECK(expression::find_functions(function).front()->run(frame, &value));
    return value.integer;
}

struct Moment {
    const char* zone;
    std::int64_t nanoseconds;
    std::int64_t year, month, day, weekday, hour, minute;
};

TEST_CASE("time functions: parts of a time in the machine's time zone") {
    constexpr std::int64_t second = 1'000'000'000;
    for (const Moment& moment : {
             Moment{"UTC0", 1'700'000'000 * second, 2023, 11, 14, 2, 22, 13},
             Moment{"UTC0", 0, 1970, 1, 1, 4, 0, 0},
             Moment{"UTC0", -1, 1969, 12, 31, 3, 23, 59},
             Moment{"UTC0", -second, 1969, 12, 31, 3, 23, 59},
             Moment{"UTC0", 951'782'400 * second, 2000, 2, 29, 2, 0, 0},
             // Two hours ahead of UTC, and the next day is a Wednesday.
             Moment{"XYZ-2", 1'700'000'000 * second, 2023, 11, 15, 3, 0, 13},
             Moment{"XYZ5:30", 1'700'000'000 * second, 2023, 11, 14, 2, 16, 43},
             // Summer time from the last Sunday of March to that of October.
             Moment{"CET-1CEST,M3.5.0,M10.5.0/3", 1'711'846'799 * second, 2024, 3, 31, 0, 1, 59},
             Moment{"CET-1CEST,M3.5.0,M10.5.0/3", 1'711'846'800 * second, 2024, 3, 31, 0, 3, 0},
         }) {
        CAPTURE(moment.zone);
        CAPTURE(moment.nanoseconds);
        const TimeZone zone{moment.zone};
        CHECK(part("year", moment.nanoseconds) == moment.year);
        CHECK(part("month", moment.nanoseconds) == moment.month);
        CHECK(part("day", moment.nanoseconds) == moment.day);
        CHECK(part("weekday", moment.nanoseconds) == moment.weekday);
        CHECK(part("hour", moment.nanoseconds) == moment.hour);
        CHECK(part("minute", moment.nanoseconds) == moment.minute);
        CHECK(part("unixNano", moment.nanoseconds) == moment.nanoseconds);
    }
}

TEST_CASE("time functions: now") {
    const auto now = [] {
        using namespace std::chrono;
        return std::to_string(duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count());
    };
    const Event event = MatchTestEvent{}.make();
    const Match later{"unixNano(now()) >= " + now()};
    CHECK(later(event) == Match::Result::yes);
    const Match earlier{"unixNano(now()) < " + now()};
    CHECK(earlier(event) == Match::Result::no);
    check_holds({
        // One evaluation has one time.
        "unixNano(now()) == unixNano(now())",
        "hour(now()) >= 0 AND hour(now()) <= 23",
        "minute(now()) >= 0 AND minute(now()) <= 59",
        "weekday(now()) >= 0 AND weekday(now()) <= 6",
        "day(now()) >= 1 AND day(now()) <= 31",
        "month(now()) >= 1 AND month(now()) <= 12",
        "year(now()) >= 2024",
        "hour(if(changed(), now(), now())) == hour(now())",
    });
}

}  // namespace
}  // namespace tocsin::core
