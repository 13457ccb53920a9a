#include "route/template_test_render.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace tocsin::core {
namespace {

struct Row {
    std::string_view text;
    std::string_view rendered;
};

// What Go's text/template renders for the same data.
TEST_CASE("functions and methods work as in Go") {
    static constexpr Row rows[] = {
        // slice
        {"{{ slice .ID }}|{{ slice .ID 1 }}|{{ slice .ID 1 3 }}|{{ slice .ID 6 }}|{{ slice .ID 0 0 }}",
         "id/1+#|d/1+#|d/||"},
        {"{{ slice .Tags.host 1 }}", "b1"},
        {"{{ 2 | slice .ID 1 }}", "d"},
        // println
        {R"T({{ println }}|{{ println 1 "a" "b" nil .Duration }}|{{ println "" }})T", "\n|1 a b <nil> 1m30s\n|\n"},
        // html, js, urlquery
        {R"T({{ html "<a href='x'>&\"\x00</a>" }})T", "&lt;a href=&#39;x&#39;&gt;&amp;&#34;�&lt;/a&gt;"},
        {R"T({{ html 1 2 "<" nil }})T", "1 2&lt;&lt;no value&gt;"},
        {"{{ html .Tags.missing }}|{{ html }}", "&lt;no value&gt;|"},
        {"{{ .Message | html }}", "disk &#34;full&#34; &lt;90%&gt; å\n"},
        {"{{ html .Tags .Time }}", "map[b:2 empty: host:db1] 2023-11-14 22:13:20.5 +0000 UTC"},
        {R"T({{ js "'\"\\<>&=\n\x7f" }}|{{ js "å\u2028\u00ad\U0001F600\U000E0001" }})T",
         "\\'\\\"\\\\\\u003C\\u003E\\u0026\\u003D\\u000A\177|\303\245\\u2028\\u00AD\360\237\230\200\\uE0001"},
        {"{{ js 3 .Fields.missing .Level }}|{{ js }}", R"T(3\u003Cno value\u003ECRITICAL|)T"},
        {R"T({{ urlquery "a b/c?d=e&f~-_.å%+" }})T", "a+b%2Fc%3Fd%3De%26f~-_.%C3%A5%25%2B"},
        {R"T({{ urlquery .Message }}|{{ urlquery 1 2 "x" }}|{{ urlquery .Tags.missing }})T",
         "disk+%22full%22+%3C90%25%3E+%C3%A5%0A|1+2x|%3Cno+value%3E"},
        // comparisons
        {R"T({{ eq 1 2 3 }} {{ eq "a" "b" "a" }} {{ eq .Time.Month 11 }} {{ eq .Time.Weekday 2 }} {{ lt .Time.Hour 23 }})T",
         "false true true true true"},
        {"{{ gt .Duration.Seconds 89.5 }} {{ ge .Duration 90000000000 }}", "true true"},
        {R"T({{ or 0 "" .Tags.missing "x" }}{{ and 1 .ID "y" }})T", "xy"},
        // index
        {"{{ index 3 }} {{ index .Time }}", "3 2023-11-14 22:13:20.5 +0000 UTC"},
        {R"T({{ $k := "host" }}{{ index .Tags $k }}{{ index $.Fields $k }})T", "db1<no value>"},
        // time
        {"{{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }}",
         "1700000000 1700000000500 1700000000500000 1700000000500000000"},
        {"{{ .Time.Year }} {{ .Time.Month }} {{ .Time.Day }} {{ .Time.Hour }} {{ .Time.Minute }} {{ .Time.Second }} {{ "
         ".Time.Nanosecond }}",
         "2023 November 14 22 13 20 500000000"},
        {"{{ .Time.Weekday }} {{ .Time.YearDay }} {{ .Time.UTC }} {{ .Time.String }} {{ .Time.IsZero }}",
         "Tuesday 318 2023-11-14 22:13:20.5 +0000 UTC 2023-11-14 22:13:20.5 +0000 UTC false"},
        {"{{ .Time.UTC.UTC.Month.String }} {{ .Time.Weekday.String | len }}", "November 7"},
        {R"T({{ printf "%d %02d %s %q %v %T %x %#v" .Time.Month .Time.Month .Time.Month .Time.Month .Time.Weekday .Time.Weekday .Time.Weekday .Time.Month }})T",
         R"T(11 11 November "November" Tuesday time.Weekday 54756573646179 11)T"},
        {"{{ json .Time.Month }} {{ print .Time.Month .Time.Weekday }}", "11 November Tuesday"},
        {R"T({{ .Time.Format "2006-01-02T15:04:05Z07:00" }})T", "2023-11-14T22:13:20Z"},
        {R"T({{ .Time.Format "Mon Monday Jan January 1 01 2 02 _2 002 __2 06 2006 _2006" }})T",
         "Tue Tuesday Nov November 11 11 14 14 14 318 318 23 2023 _2023"},
        {R"T({{ .Time.Format "15 3 03 4 04 5 05 PM pm" }})T", "22 10 10 13 13 20 20 PM pm"},
        {R"T({{ .Time.Format "MST -0700 -07:00 -07 -070000 -07:00:00 Z0700 Z07:00 Z07 Z070000 Z07:00:00" }})T",
         "UTC +0000 +00:00 +00 +000000 +00:00:00 Z Z Z Z Z"},
        {R"T({{ .Time.Format "05.0 05.000 05.000000000 05.9 05.999 05,000 .0000000000 .01" }})T",
         "20.5 20.500 20.500000000 20.5 20.5 20,500 .500000000 .11"},
        {R"T({{ .Time.Format "Month Janet Mond Monday. 2 x åé" }})T", "Month Janet Mond Tuesday. 14 x åé"},
        {R"T({{ .Time.Format "" }}|{{ "2006" | .Time.Format }}|{{ $.Time.Format .Fields.text }}|{{ (.Time).Format "06" }})T",
         "|2023|hey|23"},
        {R"T({{ .Time.Format "20060102150405" }} {{ .Time.Format "Jan2 Jan_2" }})T", "20231114221320 Nov14 Nov14"},
        // duration
        {"{{ .Duration.Hours }} {{ .Duration.Minutes }} {{ .Duration.Seconds }} {{ .Duration.Milliseconds }} {{ "
         ".Duration.Microseconds }} {{ .Duration.Nanoseconds }}",
         "0.025 1.5 90 90000 90000000 90000000000"},
        {"{{ .Duration.String }} {{ .Duration.Abs }} {{ .Duration.String | len }}", "1m30s 1m30s 5"},
        {"{{ .Duration.Round 60000000000 }} {{ .Duration.Truncate 60000000000 }} {{ .Duration.Round 0 }} {{ "
         ".Duration.Round 1e9 }} {{ .Duration.Round .Duration }} {{ .Duration.Truncate -5 }}",
         "2m0s 1m0s 1m30s 1m30s 1m30s 1m30s"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == row.rendered);
    }
}

TEST_CASE("functions that Go does not have") {
    static constexpr Row rows[] = {
        {R"T({{ lower "ABC Å Σ" }} {{ upper "abc å ß" }} {{ "MiXed" | lower }})T", "abc å σ ABC Å ß mixed"},
        {"{{ upper .Duration }} {{ lower .Fields.up }} {{ upper .Tags.missing }} {{ lower .Time.Month }}",
         "1M30S true <NO VALUE> november"},
        {R"T({{ replace "/" "-" .ID }} {{ .ID | replace "1" "" }} {{ replace "x" "y" .ID }})T", "id-1+# id/+# id/1+#"},
        {R"T({{ replace "aa" "b" "aaaaa" }} {{ replace "a" "aa" "aba" }} {{ replace 4 "x" .Fields.count }})T",
         "bba aabaa x2"},
        {"{{ replace .Tags.empty \"x\" .Name }}", "cpu"},
        {R"T({{ .Tags.missing | default "none" }} {{ .Tags.host | default "none" }} {{ default 80 .Tags.empty }})T",
         "none db1 80"},
        {R"T({{ default 1 .Fields.zero }} {{ default true false }} {{ default "a" .Fields.missing | upper }})T",
         "0 false A"},
        {R"T({{ (default .Tags .Fields.missing).host }} {{ default "x" (index .Tags "nope") }})T", "db1 x"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == row.rendered);
    }
}

TEST_CASE("bytes that are no UTF-8 pass through functions") {
    auto draft = template_test_draft();
    draft.message = "A\xff\xc3";
    const Event event{draft.to_abi(), Stamp{}};
    CHECK(render_template("{{ lower .Message }}", event) == "a\xff\xc3");
    CHECK(render_template("{{ js .Message }}{{ html .Message }}", event) ==
          "A\xff\xc3"
          "A\xff\xc3");
    CHECK(render_template("{{ urlquery .Message }}", event) == "A%FF%C3");
    CHECK(render_template("{{ slice .Message 1 2 }}", event) == "\xff");
    CHECK(render_template(R"({{ slice "åb" 1 }})", event) ==
          "\xa5"
          "b");
}

TEST_CASE("times and durations at their limits") {
    struct Limit {
        std::int64_t nanoseconds;
        std::string_view text;
        std::string_view rendered;
    };
    // What Go renders for the same data.
    static constexpr Limit limits[] = {
        {0, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T", "1970-01-01T00:00:00 Thu 001"},
        {0, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T", "0 0 0 0"},
        {0, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T", "1 Thursday 0"},
        {0,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "0s 0s 0s 0s 0"},
        {0, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T", "0 0"},
        {-1, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T",
         "1969-12-31T23:59:59.999999999 Wed 365"},
        {-1, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T", "-1 -1 -1 -1"},
        {-1, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T", "365 Wednesday 999999999"},
        {-1,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "-1ns 1ns 0s 0s 0"},
        {-1, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T", "-1e-09 -2.777777777777778e-13"},
        {INT64_MIN, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T",
         "1677-09-21T00:12:43.145224192 Tue 264"},
        {INT64_MIN, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T",
         "-9223372037 -9223372036855 -9223372036854776 -9223372036854775808"},
        {INT64_MIN, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T", "264 Tuesday 145224192"},
        {INT64_MIN,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "-2562047h47m16.854775808s 2562047h47m16.854775807s -2562047h47m16.854775808s -2562047h0m0s -9223372036854"},
        {INT64_MIN, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T",
         "-9.223372036854776e+09 -2.5620477880152157e+06"},
        {9223372036854775807, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T",
         "2262-04-11T23:47:16.854775807 Fri 101"},
        {9223372036854775807, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T",
         "9223372036 9223372036854 9223372036854775 9223372036854775807"},
        {9223372036854775807, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T",
         "101 Friday 854775807"},
        {9223372036854775807,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "2562047h47m16.854775807s 2562047h47m16.854775807s 2562047h47m16.854775807s 2562047h0m0s 9223372036854"},
        {9223372036854775807, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T",
         "9.223372036854776e+09 2.5620477880152157e+06"},
        {1709164800000000000, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T",
         "2024-02-29T00:00:00 Thu 060"},
        {1709164800000000000, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T",
         "1709164800 1709164800000 1709164800000000 1709164800000000000"},
        {1709164800000000000, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T", "60 Thursday 0"},
        {1709164800000000000,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "474768h0m0s 474768h0m0s 474768h0m0s 474768h0m0s 1709164800000"},
        {1709164800000000000, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T", "1.7091648e+09 474768"},
        {1735689599999999999, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T",
         "2024-12-31T23:59:59.999999999 Tue 366"},
        {1735689599999999999, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T",
         "1735689599 1735689599999 1735689599999999 1735689599999999999"},
        {1735689599999999999, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T",
         "366 Tuesday 999999999"},
        {1735689599999999999,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "482135h59m59.999999999s 482135h59m59.999999999s 482136h0m0s 482135h0m0s 1735689599999"},
        {1735689599999999999, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T", "1.7356896e+09 482136"},
        {-62135596800000000, R"T({{ .Time.Format "2006-01-02T15:04:05.999999999 Mon 002" }})T",
         "1968-01-12T20:06:43.2 Fri 012"},
        {-62135596800000000, R"T({{ .Time.Unix }} {{ .Time.UnixMilli }} {{ .Time.UnixMicro }} {{ .Time.UnixNano }})T",
         "-62135597 -62135596800 -62135596800000 -62135596800000000"},
        {-62135596800000000, R"T({{ .Time.YearDay }} {{ .Time.Weekday }} {{ .Time.Nanosecond }})T",
         "12 Friday 200000000"},
        {-62135596800000000,
         R"T({{ .Duration }} {{ .Duration.Abs }} {{ .Duration.Round 1000000000 }} {{ .Duration.Truncate 3600000000000 }} {{ .Duration.Milliseconds }})T",
         "-17259h53m16.8s 17259h53m16.8s -17259h53m17s -17259h0m0s -62135596800"},
        {-62135596800000000, R"T({{ .Duration.Seconds }} {{ .Duration.Hours }})T", "-6.21355968e+07 -17259.888"},
    };
    for (const auto& limit : limits) {
        auto draft = template_test_draft();
        draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{limit.nanoseconds}};
        const Event event{draft.to_abi(), Stamp{1, Level::ok, limit.nanoseconds}};
        CAPTURE(limit.nanoseconds);
        CAPTURE(limit.text);
        CHECK(render_template(limit.text, event) == limit.rendered);
    }
}

}  // namespace
}  // namespace tocsin::core
