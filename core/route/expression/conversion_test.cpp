#include "route/expression/conversion.hpp"

#include "route/expression/call_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

namespace tocsin::core {
namespace {

// Every result is Kapacitor's.

TEST_CASE("conversion: bool") {
    check_calls({
        {"1", "bool($)"},
        {"t", "bool($)"},
        {"T", "bool($)"},
        {"true", "bool($)"},
        {"TRUE", "bool($)"},
        {"True", "bool($)"},
        {"0", "bool($) == FALSE"},
        {"f", "bool($) == FALSE"},
        {"F", "bool($) == FALSE"},
        {"false", "bool($) == FALSE"},
        {"FALSE", "bool($) == FALSE"},
        {"False", "bool($) == FALSE"},
        {"1", "bool(int($))"},
        {"0", "!bool(int($))"},
        {"1", "bool(float($))"},
        {"-0", "!bool(float($))"},
        {"1", "bool(bool($))"},
    });
    check_without_result({
        {"tRUE", "bool($)"},
        {"yes", "bool($)"},
        {"", "bool($)"},
        {" 1", "bool($)"},
        {"2", "bool(int($))"},
        {"-1", "bool(int($))"},
        {"0.5", "bool(float($))"},
        {"nan", "bool(float($))"},
    });
}

TEST_CASE("conversion: int") {
    check_calls({
        {"5", "int($) == 5"},
        {"+5", "int($) == 5"},
        {"-5", "int($) == -5"},
        {"007", "int($) == 7"},
        {"-0", "int($) == 0"},
        {"9223372036854775807", "int($) == 9223372036854775807"},
        {"-9223372036854775808", "int($) == -9223372036854775807 - 1"},
        {"5.99", "int(float($)) == 5"},
        {"-5.99", "int(float($)) == -5"},
        {"-9223372036854775808", "int(float($)) == -9223372036854775807 - 1"},
        {"true", "int(bool($)) == 1"},
        {"false", "int(bool($)) == 0"},
        {"7", "int(int($)) == 7"},
    });
    check_without_result({
        {"", "int($) == 0"},
        {"+", "int($) == 0"},
        {"-", "int($) == 0"},
        {"+-5", "int($) == -5"},
        {" 5", "int($) == 5"},
        {"5 ", "int($) == 5"},
        {"5.0", "int($) == 5"},
        {"0x10", "int($) == 16"},
        {"1_0", "int($) == 10"},
        {"1e3", "int($) == 1000"},
        {"9223372036854775808", "int($) > 0"},
        {"9223372036854775808", "int(float($)) > 0"},
        {"nan", "int(float($)) > 0"},
        {"inf", "int(float($)) > 0"},
    });
}

TEST_CASE("conversion: float") {
    check_calls({
        {"3.25", "float($) == 3.25"},
        {".5", "float($) == 0.5"},
        {"5.", "float($) == 5.0"},
        {"1e3", "float($) == 1000.0"},
        {"1E+3", "float($) == 1000.0"},
        {"+.5e-1", "float($) == 0.05"},
        {"-7", "float($) == -7.0"},
        {"0e999", "float($) == 0.0"},
        {"1e-400", "float($) == 0.0"},
        {"0.000001e-400", "float($) == 0.0"},
        {"inf", "string(float($)) == '+Inf'"},
        {"+Inf", "string(float($)) == '+Inf'"},
        {"-INFINITY", "string(float($)) == '-Inf'"},
        {"NaN", "string(float($)) == 'NaN'"},
        {"nan", "float($) != float('nan')"},
        {"4", "float(int($)) == 4.0"},
        {"true", "float(bool($)) == 1.0"},
        {"2.5", "float(float($)) == 2.5"},
    });
    check_without_result({
        {"", "float($) == 0.0"},
        {".", "float($) == 0.0"},
        {"1e", "float($) == 1.0"},
        {"+nan", "float($) != 0.0"},
        {"-nan", "float($) != 0.0"},
        {"nan(1)", "float($) != 0.0"},
        {"infinit", "float($) > 0.0"},
        {" 1", "float($) == 1.0"},
        {"1 ", "float($) == 1.0"},
        {"--1", "float($) == 1.0"},
        {"0x10", "float($) == 16.0"},
        {"1,5", "float($) == 1.5"},
        {"1e400", "float($) > 0.0"},
        {"-1e400", "float($) < 0.0"},
    });
    const std::string large = "1" + std::string(400, '0');
    CHECK_FALSE(expression::read_real(large));
    CHECK_FALSE(expression::read_real(large + "e-10"));
    CHECK(expression::read_real(large + "e-390") == 1e10);
    CHECK(expression::read_real("0." + std::string(400, '0') + "1") == 0.0);
    CHECK(expression::read_real("0." + std::string(400, '0') + "1e402") == 10.0);
    CHECK_FALSE(expression::read_real("0." + std::string(400, '0') + "1e800"));
    CHECK_FALSE(expression::read_real("1e99999999999999999999"));
    CHECK(expression::read_real("1e-99999999999999999999") == 0.0);
}

TEST_CASE("conversion: string") {
    check_calls({
        {"db1", "string($) == 'db1'"},
        {"-42", "string(int($)) == '-42'"},
        {"-9223372036854775808", "string(int($)) == '-9223372036854775808'"},
        {"t", "string(bool($)) == 'true'"},
        {"0", "string(bool($)) == 'false'"},
        {"3", "string(float($)) == '3'"},
        {"-0", "string(float($)) == '-0'"},
        {"0.1", "string(float($) + 0.2) == '0.30000000000000004'"},
        {"1e-7", "string(float($)) == '0.0000001'"},
        {"123456789.125", "string(float($)) == '123456789.125'"},
        {"1e21", "string(float($)) == '1000000000000000000000'"},
        {"1e23", "string(float($)) == '100000000000000000000000'"},
        {"1.7976931348623157e308", "string(float($)) =~ /^179769313486231570{292}$/"},
        {"5e-324", "string(float($)) =~ /^0\\.0{323}5$/"},
        {"-2.2250738585072014e-308", "strLength(string(float($))) == 327"},
        {"1m30s", "string(duration($)) == '90s'"},
        {"0h", "string(duration($)) == '0s'"},
        {"1500u", "string(duration($)) == '1500u'"},
        {"1500ns", "string(duration($)) == '1500ns'"},
        {"2000u", "string(duration($)) == '2ms'"},
        {"61m", "string(duration($)) == '61m'"},
        {"48h", "string(duration($)) == '2d'"},
        {"8d", "string(duration($)) == '8d'"},
        {"14d", "string(duration($)) == '2w'"},
        {"-90s", "string(duration($)) == '-90s'"},
    });
}

TEST_CASE("conversion: duration") {
    check_calls({
        {"5m", "duration($) == 5m"},
        {"5m", "duration($, 1s) == 5m"},
        {"1h30m", "duration($) == 90m"},
        {"-1h30m", "duration($) == -90m"},
        {"1w2d3h4m5s6ms7u", "duration($) == 1w + 2d + 3h + 4m + 5s + 6ms + 7u"},
        {"1000ns", "duration($) == 1u"},
        {"1µ", "duration($) == 1u"},
        {"0s", "duration($) == 0s"},
        {"90", "duration(int($), 1s) == 90s"},
        {"0.5", "duration(float($), 1m) == 30s"},
        {"1m", "duration(duration($)) == 60s"},
    });
    check_without_result({
        {"", "duration($) == 0s"},
        {"-", "duration($) == 0s"},
        {"10", "duration($) == 10s"},
        {"s", "duration($) == 1s"},
        {"1us", "duration($) == 1u"},
        {"1n", "duration($) == 1u"},
        {"1.5h", "duration($) == 90m"},
        {"1h-30m", "duration($) == 30m"},
        {"+1h", "duration($) == 1h"},
        {"1h ", "duration($) == 1h"},
        {"99999999999w", "duration($) > 0s"},
        {"15000w15000w", "duration($) > 0s"},
        {"9223372036854775808ns", "duration($) > 0s"},
        {"inf", "duration(float($), 1s) > 0s"},
        {"nan", "duration(float($), 1s) > 0s"},
    });
}

TEST_CASE("conversion: a level is a number only when it is asked to be") {
    const Event event = MatchTestEvent{.level = Level::warning}.make();
    for (const std::string_view text : {
             "int(level()) == 2",
             "int(level()) + 1 == 3",
             "float(level()) == 2.0",
             "string(level()) == '2'",
             "int(CRITICAL) == 3",
         }) {
        CAPTURE(text);
        CHECK(Match{text}(event) == Match::Result::yes);
    }
}

TEST_CASE("conversion: humanBytes") {
    check_calls({
        {"0", "humanBytes(int($)) == '0 B'"},
        {"9", "humanBytes(int($)) == '9 B'"},
        {"10", "humanBytes(int($)) == '10 B'"},
        {"999", "humanBytes(int($)) == '999 B'"},
        {"1000", "humanBytes(int($)) == '1.0 kB'"},
        {"1049", "humanBytes(int($)) == '1.0 kB'"},
        {"1050", "humanBytes(int($)) == '1.1 kB'"},
        {"9949", "humanBytes(int($)) == '9.9 kB'"},
        {"9950", "humanBytes(int($)) == '10 kB'"},
        {"82854982", "humanBytes(int($)) == '83 MB'"},
        {"999999", "humanBytes(int($)) == '1000 kB'"},
        {"1000000", "humanBytes(int($)) == '1.0 MB'"},
        {"999999999999999", "humanBytes(int($)) == '1.0 PB'"},
        {"9223372036854775807", "humanBytes(int($)) == '9.2 EB'"},
        {"-1", "humanBytes(int($)) == '18 EB'"},
        {"1536.9", "humanBytes(float($)) == '1.5 kB'"},
        {"-0.5", "humanBytes(float($)) == '0 B'"},
        {"18446744073709549568", "humanBytes(float($)) == '18 EB'"},
    });
    check_without_result({
        {"-1", "humanBytes(float($)) == '18 EB'"},
        {"nan", "humanBytes(float($)) == '0 B'"},
        {"18446744073709551616", "humanBytes(float($)) == '18 EB'"},
    });
}

TEST_CASE("conversion: floats are written so that they read back") {
    for (const double number : {0.1, 1e22, 1e23, 4.35, 123456.789e-200, 9007199254740993.0, 2.5e-308, 1.1e308}) {
        for (const double sign : {1.0, -1.0}) {
            CAPTURE(number);
            const auto text = expression::write_real(sign * number);
            CHECK(expression::read_real(text.view()) == sign * number);
        }
    }
    CHECK(expression::write_real(-std::numeric_limits<double>::denorm_min()).view().size() == 327);
    CHECK(expression::write_duration(std::numeric_limits<std::int64_t>::min()).view() == "-9223372036854775808ns");
}

}  // namespace
}  // namespace tocsin::core
