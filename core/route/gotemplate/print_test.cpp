#include "route/gotemplate/print.hpp"

#include "route/template.hpp"
#include "route/template_test_event.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

struct Row {
    std::string_view text;
    std::string_view rendered;
};

std::string render(std::string_view text, const Event& event) {
    std::string out;
    const auto failure = Template{text, TOCSIN_ESCAPE_NONE}.render(event, out);
    return failure ? "failed: " + *failure : out;
}

// What Go's fmt.Sprintf writes for the same values.
TEST_CASE("printf writes what Go's does") {
    static constexpr Row rows[] = {
        {R"T({{ printf "%s|%q|%v|%x|%X|%T" "hé\n\"x" "hé\n\"x" "hé\n\"x" "hé\n\"x" "hé\n\"x" "hé\n\"x" }})T",
         "hé\n\"x|\"hé\\n\\\"x\"|hé\n\"x|68c3a90a2278|68C3A90A2278|string"},
        {R"T({{ printf "%5s|%-5s|%.2s|%05s|%5.1s|" "héj" "héj" "héj" "héj" "héj" }})T", "  héj|héj  |hé|00héj|    h|"},
        {R"T({{ printf "%+q|%#q|%#q|%q" "å" "a b" "a`b" 'å' }})T", R"T("\u00e5"|`a b`|"a`b"|'å')T"},
        {R"T({{ printf "% x|%#x|% #X|%.1x|%8x|%-8x|" "abc" "abc" "abc" "abc" "abc" "abc" }})T",
         "61 62 63|0x616263|0X61 0X62 0X63|61|  616263|616263  |"},
        {R"T({{ printf "%q|%q" "\xff\u200b\U000e0001\a" '\'' }})T", R"T("\xff\u200b\U000e0001\a"|'\'')T"},
        {R"T({{ printf "%#v|%#v|%#v|%#v|%#v" "x" 5 1.5 true nil }})T", R"T("x"|5|1.5|true|<nil>)T"},
        {R"T({{ printf "%d|%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b|%#b" 42 42 42 42 42 42 42 42 42 42 42 42 42 42 }})T",
         "42|   42|42   |00042|+42| 42|2a|2A|0x2a|52|052|0o52|101010|0b101010"},
        {R"T({{ printf "%d|%x|%08d|%.4d|%8.4d|%+.3d|%.0d|%6.0d|" -42 -42 -42 -42 -42 42 0 0 }})T",
         "-42|-2a|-0000042|-0042|   -0042|+042||      |"},
        {R"T({{ printf "%c|%q|%U|%#U|%6c|%c" 229 229 229 229 65 1114112 }})T", "å|'å'|U+00E5|U+00E5 'å'|     A|�"},
        {R"T({{ printf "%d|%x|%c|%s" (index .ID 0) (index .ID 0) (index .ID 0) (index .ID 0) }})T",
         "105|69|i|%!s(uint8=105)"},
        {R"T({{ printf "%f|%.1f|%8.2f|%-8.1f|%+.1f|%08.2f|% .1f|%.0f" 3.14159 0.25 3.14159 2.0 2.0 -3.14 2.5 2.5 }})T",
         "3.141590|0.2|    3.14|2.0     |+2.0|-0003.14| 2.5|2"},
        {R"T({{ printf "%g|%g|%g|%g|%.3g|%.10g|%G|%v" 1e20 1e-5 100000.0 1e6 1234567.0 1234567.0 1e-10 0.1 }})T",
         "1e+20|1e-05|100000|1e+06|1.23e+06|1234567|1E-10|0.1"},
        {R"T({{ printf "%e|%E|%.2e|%e|%.0e" 123456.789 1e100 -0.00012 0.0 15.0 }})T",
         "1.234568e+05|1.000000E+100|-1.20e-04|0.000000e+00|2e+01"},
        {R"T({{ printf "%x|%X|%.2x|%x|%b|%.0x|%x" 1.0 255.5 1.999 0.0 1.5 1.5 5e-324 }})T",
         "0x1p+00|0X1.FFP+07|0x1.00p+01|0x0p+00|6755399441055744p-52|0x1p+01|0x1p-1074"},
        {R"T({{ printf "%#g|%#.3x|%#.0f|%#e|%#v" 1.0 1.0 3.0 1.0 1e6 }})T",
         "1.00000|0x1.000p+00|3.|1.000000e+00|1e+06"},
        {R"T({{ printf "%.25f|%.30g" 0.1 0.1 }})T", "0.1000000000000000055511151|0.100000000000000005551115123126"},
        {R"T({{ printf "%t|%v|%5t|%-6t|%q" true false true false true }})T", "true|false| true|false |%!q(bool=true)"},
        {R"T({{ printf "%v|%s|%d|%x|%q|%8s|%t|%5.1f" .Duration .Duration .Duration .Duration .Duration .Duration .Duration .Duration }})T",
         R"T(1m30s|1m30s|90000000000|316d333073|"1m30s"|   1m30s|%!t(time.Duration=90000000000)|%!f(time.Duration=90000000000))T"},
        {R"T({{ printf "%v|%s|%q|%x|%.4s|%T" .Time .Time .Time .Time .Time .Time }})T",
         R"T(2023-11-14 22:13:20.5 +0000 UTC|2023-11-14 22:13:20.5 +0000 UTC|"2023-11-14 22:13:20.5 +0000 UTC"|323032332d31312d31342032323a31333a32302e35202b3030303020555443|2023|time.Time)T"},
        {R"T({{ printf "%#v|%#v" .Time .Duration }})T",
         "time.Date(2023, time.November, 14, 22, 13, 20, 500000000, time.UTC)|90000000000"},
        {R"T({{ printf "%v|%d|%s|%q|%5v" .Tags .Tags .Tags .Tags .Tags }})T",
         R"T(map[b:2 empty: host:db1]|map[%!d(string=b):%!d(string=2) %!d(string=empty):%!d(string=) %!d(string=host):%!d(string=db1)]|map[b:2 empty: host:db1]|map["b":"2" "empty":"" "host":"db1"]|map[    b:    2 empty:       host:  db1])T"},
        {R"T({{ printf "%v|%+v|%#v" .Fields .Tags .Tags }})T",
         R"T(map[big:1e+21 count:42 million:1e+06 text:hey up:true value:1.5 zero:0]|map[b:2 empty: host:db1]|map[string]string{"b":"2", "empty":"", "host":"db1"})T"},
        {R"T({{ printf "%+v" . }})T",
         "{ID:id/1+# Message:disk \"full\" <90%> å\n Level:CRITICAL Time:2023-11-14 22:13:20.5 +0000 UTC "
         "Duration:1m30s Details: Name:cpu TaskName:t1 Group:nil Tags:map[b:2 empty: host:db1] Fields:map[big:1e+21 "
         "count:42 million:1e+06 text:hey up:true value:1.5 zero:0]}"},
        {R"T({{ printf "%T %T %T %T %T %T %T" . .Tags .Fields .Duration nil (index .ID 0) .Fields.count }})T",
         "alert.TemplateData map[string]string map[string]interface {} time.Duration <nil> uint8 int64"},
        {R"T({{ printf "%d" "x" }})T", "%!d(string=x)"},
        {R"T({{ printf "%s" 5 }})T", "%!s(int=5)"},
        {R"T({{ printf "%s %d %v" nil .Tags.missing .Fields.missing }})T", "%!s(<nil>) %!d(<nil>) <nil>"},
        {R"T({{ printf "%s"  }})T", "%!s(MISSING)"},
        {R"T({{ printf "%s %s" "a" }})T", "a %!s(MISSING)"},
        {R"T({{ printf "a" 1 "b" nil 1.5 }})T", "a%!(EXTRA int=1, string=b, <nil>, float64=1.5)"},
        {R"T({{ printf "%"  }})T", "%!(NOVERB)"},
        {R"T({{ printf "50%% %"  }})T", "50% %!(NOVERB)"},
        {R"T({{ printf "%z %!" 3 }})T", "%!z(int=3) %!!(MISSING)"},
        {R"T({{ printf "%5d" "x" }})T", "%!d(string=    x)"},
        {R"T({{ printf "%s" true }})T", "%!s(bool=true)"},
        {R"T({{ printf "%[2]s %[1]s" "a" "b" }})T", "b a"},
        {R"T({{ printf "%[2]s %s" "a" "b" }})T", "b %!s(MISSING)"},
        {R"T({{ printf "%[3]s" "a" }})T", "%!s(BADINDEX)"},
        {R"T({{ printf "%[x]s %[0]s %[1s" "a" }})T", "%!s(BADINDEX) %!s(BADINDEX) %!s(BADINDEX)"},
        {R"T({{ printf "%[2]*[1]d|" 12 6 }})T", "    12|"},
        {R"T({{ printf "%*d|%-*d|%.*f|%*d" 5 1 5 2 1 2.25 -4 3 }})T", "    1|2    |2.2|3   "},
        {R"T({{ printf "%*d %.*d" "x" 1 -1 2 }})T", "%!(BADWIDTH)1 %!(BADPREC)2"},
        {R"T({{ printf "%100000000d|%d" 1 }})T", "%!(NOVERB)%!(EXTRA int=1)"},
        {R"T({{ printf "%.3d|%.x|%6.3v|" 7 "ab" "abcdef" }})T", "007||   abc|"},
        {R"T({{ printf "%w %p %é" "x" 1 2 }})T", "%!w(string=x) %!p(int=1) %!é(int=2)"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render(row.text, event) == row.rendered);
    }
}

TEST_CASE("a time under a verb for numbers is noted") {
    const auto event = template_test_event();
    CHECK(render(R"({{ printf "%d" .Time }})", event) == "%!d(time.Time=2023-11-14 22:13:20.5 +0000 UTC)");
}

TEST_CASE("what is far too wide is not made at all") {
    const auto event = template_test_event();
    const gotemplate::Value values[] = {gotemplate::Value::of(1.5), gotemplate::Value::of(gotemplate::Kind::integer, 1),
                                        gotemplate::Value::of("x")};
    for (const std::string_view format : {"%9000000f", "%+09000000f", "%9000000[2]d", "%.9000000[2]d", "%09000000[2]d",
                                          "%.9000000[2]U", "%-9000000[3]s", "%9000000[3]q", "%#.9000000g"}) {
        CAPTURE(format);
        std::string out = "abc";
        CHECK_FALSE(gotemplate::append_printf(out, format, values, event, 100));
        CHECK(out.size() < 1500);
        CHECK(out.capacity() < 10'000);
    }
    std::string out;
    CHECK(gotemplate::append_printf(out, "%100[2]d", values, event, 100));
    CHECK(out.size() == 100);
}

TEST_CASE("the format may come from the event") {
    auto draft = template_test_draft();
    draft.message = "%s %q %d %[9]d %";
    const Event event{draft.to_abi(), Stamp{}};
    CHECK(render("{{ printf .Message .Level }}", event) ==
          R"(CRITICAL %!q(MISSING) %!d(MISSING) %!d(BADINDEX) %!(NOVERB))");
}

TEST_CASE("durations print as in Go") {
    struct Duration {
        std::int64_t nanoseconds;
        std::string_view text;
    };
    static constexpr Duration durations[] = {
        {0, "0s"},
        {1, "1ns"},
        {999, "999ns"},
        {1'100, "1.1µs"},
        {2'200'000, "2.2ms"},
        {3'000'000'000, "3s"},
        {1'500'000'000, "1.5s"},
        {90'000'000'000, "1m30s"},
        {3'600'000'000'000, "1h0m0s"},
        {3'661'000'000'001, "1h1m1.000000001s"},
        {-90'000'000'000, "-1m30s"},
        {INT64_MAX, "2562047h47m16.854775807s"},
        {INT64_MIN, "-2562047h47m16.854775808s"},
    };
    for (const auto& duration : durations) {
        const Event event{template_test_draft().to_abi(), Stamp{1, Level::ok, duration.nanoseconds}};
        CHECK(render("{{ .Duration }}", event) == duration.text);
    }
}

TEST_CASE("times print as in Go") {
    struct Time {
        std::int64_t nanoseconds;
        std::string_view text;
    };
    static constexpr Time times[] = {
        {0, "1970-01-01 00:00:00 +0000 UTC"},
        {-1, "1969-12-31 23:59:59.999999999 +0000 UTC"},
        {1'700'000'000'000'000'000, "2023-11-14 22:13:20 +0000 UTC"},
        {1'700'000'000'120'000'000, "2023-11-14 22:13:20.12 +0000 UTC"},
    };
    for (const auto& time : times) {
        auto draft = template_test_draft();
        draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{time.nanoseconds}};
        const Event event{draft.to_abi(), Stamp{}};
        CHECK(render("{{ .Time }}", event) == time.text);
    }
}

}  // namespace
}  // namespace tocsin::core
