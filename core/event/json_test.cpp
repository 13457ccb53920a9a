#include "event/json.hpp"

#include <doctest/doctest.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <random>
#include <string>

using namespace tocsin;
using namespace tocsin::core;

namespace {

std::string json_of(const tocsin_field& field) {
    std::string out;
    append_json(out, field);
    return out;
}

std::string json_of(double number) {
    tocsin_field field{};
    field.type = TOCSIN_FIELD_FLOAT;
    field.number = number;
    return json_of(field);
}

std::string time_of(std::int64_t nanoseconds) {
    std::string out;
    append_time(out, nanoseconds);
    return out;
}

std::string alert_data(const EventDraft& draft, const Stamp& stamp = {}) {
    std::string out;
    append_alert_data(out, Event{draft.to_abi(), stamp}.abi());
    return out;
}

}  // namespace

TEST_CASE("floats as Go and JavaScript write them") {
    using Limits = std::numeric_limits<double>;
    struct Case {
        double number;
        std::string_view expected;
    };
    const Case cases[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {1.0, "1"},
        {-1.0, "-1"},
        {10.0, "10"},
        {100.0, "100"},
        {120.0, "120"},
        {0.5, "0.5"},
        {1.5, "1.5"},
        {-12.25, "-12.25"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {123456.789, "123456.789"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {-1.5e21, "-1.5e+21"},
        {1.2345e22, "1.2345e+22"},
        {1e100, "1e+100"},
        {9007199254740993.0, "9007199254740992"},
        {0.001, "0.001"},
        {0.000001, "0.000001"},
        {0.0000012345, "0.0000012345"},
        {9.99e-7, "9.99e-7"},
        {1e-7, "1e-7"},
        {-1.25e-9, "-1.25e-9"},
        {1e-10, "1e-10"},
        {Limits::denorm_min(), "5e-324"},
        {Limits::min(), "2.2250738585072014e-308"},
        {Limits::max(), "1.7976931348623157e+308"},
        {Limits::quiet_NaN(), "null"},
        {Limits::infinity(), "null"},
        {-Limits::infinity(), "null"},
    };
    for (const auto& c : cases) CHECK(json_of(c.number) == c.expected);
}

TEST_CASE("floats read back as they were") {
    std::mt19937_64 random{1};
    for (int i = 0; i < 20'000; ++i) {
        const auto bits = random();
        double number = 0;
        if (i % 2 == 0)
            std::memcpy(&number, &bits, sizeof number);
        else
            number = static_cast<double>(static_cast<std::int64_t>(bits)) / static_cast<double>(1 << (i % 31));
        const auto text = json_of(number);
        if (text == "null") continue;
        double back = 0;
        const auto result = std::from_chars(text.data(), text.data() + text.size(), back);
        REQUIRE(result.ptr == text.data() + text.size());
        REQUIRE(std::memcmp(&back, &number, sizeof back) == 0);
    }
}

TEST_CASE("fields of every type") {
    EventDraft draft;
    draft.topic = draft.id = "x";
    draft.field("a", "<\"å\xff\">");
    draft.field("b", std::numeric_limits<std::int64_t>::min());
    draft.field("c", std::numeric_limits<std::int64_t>::max());
    draft.field("d", true);
    draft.field("e", false);
    draft.json_field("f", R"({"a":[1.0,"<\u00e5>"]})");
    draft.field("g", std::int64_t{0});
    const Event event{draft.to_abi(), {}};
    std::string out;
    for (const auto& field : event.fields()) {
        append_json(out, field);
        out += '\n';
    }
    CHECK(out ==
          "\"<\\\"å\ufffd\\\">\"\n"
          "-9223372036854775808\n"
          "9223372036854775807\n"
          "true\n"
          "false\n"
          "{\"a\":[1.0,\"<\\u00e5>\"]}\n"
          "0\n");
}

TEST_CASE("times as Go's RFC3339Nano") {
    struct Case {
        std::int64_t nanoseconds;
        std::string_view expected;
    };
    const Case cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1, "1970-01-01T00:00:00.000000001Z"},
        {100, "1970-01-01T00:00:00.0000001Z"},
        {500'000'000, "1970-01-01T00:00:00.5Z"},
        {999'999'999, "1970-01-01T00:00:00.999999999Z"},
        {10'000'000'000, "1970-01-01T00:00:10Z"},
        {1'700'000'000'000'000'000, "2023-11-14T22:13:20Z"},
        {1'714'979'289'123'000'000, "2024-05-06T07:08:09.123Z"},
        {1'709'164'800'000'000'000, "2024-02-29T00:00:00Z"},
        {1'735'689'599'000'000'000, "2024-12-31T23:59:59Z"},
        {-1, "1969-12-31T23:59:59.999999999Z"},
        {-1'000'000'000, "1969-12-31T23:59:59Z"},
        {-1'500'000'000, "1969-12-31T23:59:58.5Z"},
        {std::numeric_limits<std::int64_t>::max(), "2262-04-11T23:47:16.854775807Z"},
        {std::numeric_limits<std::int64_t>::min(), "1677-09-21T00:12:43.145224192Z"},
    };
    for (const auto& c : cases) CHECK(time_of(c.nanoseconds) == c.expected);

    std::string out = "0.100";
    append_time(out, 0);
    CHECK(out == "0.1001970-01-01T00:00:00Z");
}

TEST_CASE("AlertData with everything in it") {
    EventDraft draft;
    draft.topic = "cpu";
    draft.id = "cpu:host=db1";
    draft.message = "cpu <90%> & \"rising\"";
    draft.details = "<b>a\\b</b>\n";
    draft.level = Level::critical;
    draft.name = "cpu";
    draft.task_name = "cpu_alert";
    draft.group = "host=db1";
    draft.time = decltype(draft.time){std::chrono::nanoseconds{1'700'000'000'250'000'000}};
    draft.tag("region", "eu\u2028");
    draft.tag("host", "db1");
    draft.field("value", 97.5);
    draft.field("count", std::int64_t{3});
    draft.field("big", 1e21);
    draft.field("a&b", true);
    draft.field("state", "d\xf6wn >");
    draft.json_field("raw", R"({"x":[1,"<"]})");
    draft.field("odd", std::numeric_limits<double>::quiet_NaN());
    const Stamp stamp{.sequence = 7, .previous_level = Level::warning, .duration = 90'000'000'000};
    CHECK(alert_data(draft, stamp) ==
          R"({"id":"cpu:host=db1","message":"cpu \u003c90%\u003e \u0026 \"rising\"",)"
          R"("details":"\u003cb\u003ea\\b\u003c/b\u003e\n","time":"2023-11-14T22:13:20.25Z","duration":90000000000,)"
          R"("level":"CRITICAL","data":{"series":[{"name":"cpu","tags":{"host":"db1","region":"eu\u2028"},)"
          R"("columns":["time","a\u0026b","big","count","odd","raw","state","value"],)"
          R"("values":[["2023-11-14T22:13:20.25Z",true,1e+21,3,null,{"x":[1,"<"]},"d\ufffdwn \u003e",97.5]]}]},)"
          R"("previousLevel":"WARNING","recoverable":true})");
}

TEST_CASE("AlertData leaves out an empty name and empty tags, and nothing else") {
    EventDraft draft;
    draft.topic = "t";
    draft.id = "i";
    CHECK(alert_data(draft) ==
          R"({"id":"i","message":"","details":"","time":"1970-01-01T00:00:00Z","duration":0,"level":"OK",)"
          R"("data":{"series":[{"columns":["time"],"values":[["1970-01-01T00:00:00Z"]]}]},)"
          R"("previousLevel":"OK","recoverable":true})");
    draft.tag("a", "");
    CHECK(alert_data(draft).find(R"("series":[{"tags":{"a":""},"columns":["time"],)") != std::string::npos);
    draft.name = "n";
    CHECK(alert_data(draft).find(R"("series":[{"name":"n","tags":{"a":""},"columns":["time"],)") != std::string::npos);
}

TEST_CASE("AlertData names every level") {
    EventDraft draft;
    draft.topic = draft.id = "x";
    for (const auto level : {Level::ok, Level::info, Level::warning, Level::critical}) {
        draft.level = level;
        const auto text = alert_data(draft, {.previous_level = level});
        const auto name = '"' + std::string{name_of(level)} + '"';
        CHECK(text.find("\"level\":" + name) != std::string::npos);
        CHECK(text.find("\"previousLevel\":" + name) != std::string::npos);
    }
}
