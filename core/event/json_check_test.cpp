#include "event/json_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace tocsin::core;
using namespace std::string_view_literals;

namespace {

std::string repeated(std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("is_compact_json accepts compact JSON") {
    const std::string_view texts[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "10",
        "-12.5",
        "0.0",
        "1e5",
        "1E+05",
        "1.25e-3",
        "123456789012345678901234567890",
        R"("")",
        R"("a b : , c")",
        R"("\"\\\/\b\f\n\r\t\u00e5\uD83D\uDD14")",
        R"("\ud800")",
        R"("<&>")",
        "\"\x7f\"",
        R"("åäö ✓ 🔔")",
        "[]",
        "{}",
        "[1,2,3]",
        "[[],{},[[]]]",
        R"({"a":1})",
        R"({"":null,"a":{"b":[true,false,{"c":"d"}]}})",
        R"({"a":1,"a":2})",
        R"([{"name":"cp1","value":"v1"}])",
    };
    for (const auto text : texts) {
        CAPTURE(text);
        CHECK(is_compact_json(text));
    }
}

TEST_CASE("is_compact_json refuses everything else") {
    const std::string_view texts[] = {
        "",
        " 1",
        "1 ",
        "1\n",
        "[1, 2]",
        "[ ]",
        R"({"a": 1})",
        R"({"a" :1})",
        R"({ "a":1})",
        R"({"a":1,"b":2 })",
        "nul",
        "nulll",
        "Null",
        "tru",
        "TRUE",
        "undefined",
        "NaN",
        "Infinity",
        "-",
        "+1",
        "01",
        "-01",
        "00",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "1e5.5",
        "0x10",
        "1,2",
        "--1",
        "'a'",
        "\"",
        "\"a",
        R"("\")",
        R"("\x41")",
        R"("\a")",
        R"("\u12")",
        R"("\u123")",
        R"("\u12g4")",
        R"("\U0041")",
        "\"a\nb\"",
        "\"a\tb\"",
        "\"\0\""sv,
        "1\0"sv,
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "\xef\xbb\xbf"
        "1",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[,]",
        "[1 2]",
        "[1}",
        "[1]]",
        "{",
        "}",
        R"({"a")",
        R"({"a":)",
        R"({"a":1)",
        R"({"a":1,)",
        R"({"a":1,})",
        R"({,"a":1})",
        R"({"a"})",
        R"({"a",1})",
        R"({"a":})",
        R"({a:1})",
        R"({1:1})",
        R"({"a":1]})",
        R"({"a":1}{"b":2})",
        R"("a""b")",
        "// x",
        "1/*x*/",
    };
    for (const auto text : texts) {
        CAPTURE(text);
        CHECK(!is_compact_json(text));
    }
}

TEST_CASE("is_compact_json refuses every beginning of a value") {
    const std::string_view whole = R"({"a":[true,null,{"b":"x\u00e5ö\n"}],"c":{}})";
    CHECK(is_compact_json(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK(!is_compact_json(whole.substr(0, size)));
}

TEST_CASE("is_compact_json stops at the depth limit") {
    CHECK(is_compact_json(repeated("[", 64) + repeated("]", 64)));
    CHECK(!is_compact_json(repeated("[", 65) + repeated("]", 65)));
    CHECK(is_compact_json(repeated(R"({"a":)", 64) + "1" + repeated("}", 64)));
    CHECK(!is_compact_json(repeated(R"({"a":)", 65) + "1" + repeated("}", 65)));
    CHECK(is_compact_json("[" + repeated(repeated("[", 63) + repeated("]", 63) + ",", 100) + "1]"));
    CHECK(!is_compact_json(repeated("[", 10'000'000)));
}
