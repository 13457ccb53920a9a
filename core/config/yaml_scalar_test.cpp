#include "config/yaml_scalar.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

namespace tocsin::core {
namespace {

using Kind = Node::Kind;

Node resolved(std::string text) {
    Node node;
    node.text = std::move(text);
    resolve_plain_scalar(node);
    return node;
}

TEST_CASE("plain YAML scalars: nulls and booleans") {
    for (const char* text : {"", "~", "null", "Null", "NULL"}) CHECK(resolved(text).kind == Kind::null);
    for (const char* text : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}) {
        CAPTURE(std::string{text});
        CHECK(resolved(text).kind == Kind::boolean);
        CHECK(resolved(text).boolean);
    }
    for (const char* text : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"}) {
        CAPTURE(std::string{text});
        CHECK(resolved(text).kind == Kind::boolean);
        CHECK_FALSE(resolved(text).boolean);
    }
}

TEST_CASE("plain YAML scalars: whole numbers") {
    struct Case {
        const char* text;
        std::int64_t value;
    };
    for (const auto& example :
         {Case{"0", 0}, Case{"12", 12}, Case{"-12", -12}, Case{"+12", 12}, Case{"1_000", 1000}, Case{"0x1F", 31},
          Case{"0X1f", 31}, Case{"-0x10", -16}, Case{"0o17", 15}, Case{"0O17", 15}, Case{"017", 15}, Case{"-010", -8},
          Case{"0b101", 5}, Case{"-0b101", -5}, Case{"00", 0},
          Case{"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
          Case{"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}}) {
        const auto& text = example.text;
        const auto& value = example.value;
        CAPTURE(std::string{text});
        CHECK(resolved(text).kind == Kind::integer);
        CHECK(resolved(text).integer == value);
        CHECK(resolved(text).text == text);
    }
}

TEST_CASE("plain YAML scalars: numbers") {
    struct Case {
        const char* text;
        double value;
    };
    for (const auto& example : {Case{"1.5", 1.5}, Case{"-.5", -0.5}, Case{"1.", 1}, Case{"1e3", 1000},
                                Case{"1E+3", 1000}, Case{"+1.5e-1", 0.15}, Case{"08", 8},
                                Case{"9223372036854775808", 9223372036854775808.0}, Case{"1_0.5", 10.5}}) {
        const auto& text = example.text;
        const auto& value = example.value;
        CAPTURE(std::string{text});
        CHECK(resolved(text).kind == Kind::real);
        CHECK(resolved(text).real == value);
    }
    CHECK(std::isnan(resolved(".nan").real));
    CHECK(resolved(".inf").real == std::numeric_limits<double>::infinity());
    CHECK(resolved("+.Inf").real == std::numeric_limits<double>::infinity());
    CHECK(resolved("-.INF").real == -std::numeric_limits<double>::infinity());
}

TEST_CASE("plain YAML scalars: all else is a string") {
    for (const char* text : {"a",     "tRUE",       "yEs", "nil",   "-",   "+",   ".",   "..",  "1.2.3",    "0x",
                             "0b2",   "0o8",        "1e",  "1e999", "e5",  ".e5", "inf", "nan", "infinity", "0x1p3",
                             "12:30", "2001-12-14", "1 2", "-~",    "--1", "1-",  "_1",  "5s",  "1,5"}) {
        CAPTURE(std::string{text});
        CHECK(resolved(text).kind == Kind::string);
    }
}

}  // namespace
}  // namespace tocsin::core
