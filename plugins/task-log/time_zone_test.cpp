#include "time_zone.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

using namespace task_log;

namespace {

std::string utc(const TimeZone& zone, std::string_view text) {
    const auto logged = parse_log_time(text);
    REQUIRE(logged);
    const auto time = zone.moment(*logged);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u %02d:%02d:%02d.%03d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return buffer;
}

class TzVariable {
  public:
    explicit TzVariable(const char* value) {
        if (const char* old = std::getenv("TZ")) old_ = old;
        setenv("TZ", value, 1);
    }
    TzVariable(const TzVariable&) = delete;
    TzVariable& operator=(const TzVariable&) = delete;
    ~TzVariable() {
        if (old_)
            setenv("TZ", old_->c_str(), 1);
        else
            unsetenv("TZ");
    }

  private:
    std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("moments") {
    struct Case {
        std::string zone;
        std::string local;
        std::string utc;
    };
    const Case cases[] = {
        {"UTC", "2024-05-06 07:08:09,123", "2024-05-06 07:08:09.123"},
        {"Europe/Stockholm", "2024-05-06 07:08:09,123", "2024-05-06 05:08:09.123"},
        {"Europe/Stockholm", "2024-01-06 07:08:09,123", "2024-01-06 06:08:09.123"},
        {"America/New_York", "2024-12-31 20:00:00", "2025-01-01 01:00:00.000"},
        {"Asia/Kolkata", "2024-05-06 05:30:00", "2024-05-06 00:00:00.000"},
        // put forward from 02:00 to 03:00
        {"Europe/Stockholm", "2024-03-31 01:59:59,999", "2024-03-31 00:59:59.999"},
        {"Europe/Stockholm", "2024-03-31 02:00:00", "2024-03-31 01:00:00.000"},
        {"Europe/Stockholm", "2024-03-31 02:30:00,5", "2024-03-31 01:30:00.500"},
        {"Europe/Stockholm", "2024-03-31 03:00:00", "2024-03-31 01:00:00.000"},
        // put back from 03:00 to 02:00
        {"Europe/Stockholm", "2024-10-27 01:59:59", "2024-10-26 23:59:59.000"},
        {"Europe/Stockholm", "2024-10-27 02:30:00", "2024-10-27 00:30:00.000"},
        {"Europe/Stockholm", "2024-10-27 03:00:00", "2024-10-27 02:00:00.000"},
        // half an hour, southern hemisphere
        {"Australia/Lord_Howe", "2024-04-07 01:45:00", "2024-04-06 14:45:00.000"},
        {"Australia/Lord_Howe", "2024-10-06 02:15:00", "2024-10-05 15:45:00.000"},
        // the first and the last that can be read
        {"UTC", "1971-01-01 00:00:00", "1971-01-01 00:00:00.000"},
        {"Europe/Stockholm", "1971-07-01 12:00:00", "1971-07-01 11:00:00.000"},
        {"UTC", "2261-12-31 23:59:59,999", "2261-12-31 23:59:59.999"},
        // the text knows better
        {"Europe/Stockholm", "2024-05-06T07:08:09Z", "2024-05-06 07:08:09.000"},
        {"Europe/Stockholm", "2024-05-06T07:08:09-03:30", "2024-05-06 10:38:09.000"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.zone);
        CAPTURE(each.local);
        CHECK(utc(TimeZone::named(each.zone), each.local) == each.utc);
    }
}

TEST_CASE("a zone that is not there") {
    for (const std::string wrong : {"Europe/Atlantis", "", "/etc/passwd", "../../etc/passwd", "europe/stockholm"}) {
        CAPTURE(wrong);
        CHECK_THROWS_WITH_AS(TimeZone::named(wrong), doctest::Contains("time-zone: \""), std::runtime_error);
    }
}

TEST_CASE("the machine's zone") {
    SUBCASE("from TZ") {
        const TzVariable variable{"America/New_York"};
        CHECK(TimeZone::of_machine().name() == "America/New_York");
    }
    SUBCASE("from TZ with a colon") {
        const TzVariable variable{":Asia/Tokyo"};
        CHECK(TimeZone::of_machine().name() == "Asia/Tokyo");
    }
    SUBCASE("TZ names no zone") {
        const TzVariable empty{""};
        const auto system = TimeZone::of_machine().name();
        const TzVariable wrong{"Nowhere/Else"};
        CHECK(TimeZone::of_machine().name() == system);
        CHECK_FALSE(system.empty());
    }
}
