#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tocsin::core {
namespace {

using test::place;
using Told = std::vector<std::string>;

test::Reading read(std::string text) { return test::read(read_json, std::move(text)); }

TEST_CASE("JSON: kinds, values, order and places") {
    const auto file = read(
        "\n{\"z\": \"hå\", \"i\": -12, \"f\": 1.5e3,\r\n \"t\": true, \"n\" : null,\n"
        "  \"o\": {\"l\": [1, \"two\", {}, []], \"å\": \"a\\nb\"}, \"e\\\"k\": \"\", \"é\": \"{{\"}\n");
    REQUIRE(file.mistakes.empty());
    CHECK(place(file.root.where) == "2:1");
    CHECK(file.root.table[0].key == "z");
    CHECK(file.root.table[1].key == "i");
    CHECK(place(file.root.table[0].where) == "2:2");
    CHECK(place(file["z"].where) == "2:7");
    CHECK(place(file["z"].at(1)) == "2:9");
    CHECK_FALSE(file["z"].plain);
    CHECK(file["i"].kind == Node::Kind::integer);
    CHECK(file["i"].integer == -12);
    CHECK(file["i"].text == "-12");
    CHECK(file["f"].kind == Node::Kind::real);
    CHECK(file["f"].real == 1500);
    CHECK(file["f"].text == "1.5e3");
    CHECK(file["t"].boolean);
    CHECK(file["t"].text == "true");
    CHECK(place(file["t"].where) == "3:7");
    CHECK(file["n"].kind == Node::Kind::null);
    CHECK(file["o/l"].list.size() == 4);
    CHECK(place(file["o/l/1"].at(0)) == "4:19");
    CHECK(file["o/å"].text == "a\nb");
    CHECK_FALSE(file["o/å"].verbatim);
    CHECK(file.root.find("e\"k") != nullptr);
    CHECK(place(file["é"].at(0)) == "4:66");
    CHECK_FALSE(read("{\"a\": \"\\\\\"}")["a"].verbatim);
}

TEST_CASE("JSON: the largest numbers") {
    CHECK(read("{\"a\": 9223372036854775807}")["a"].integer == std::numeric_limits<std::int64_t>::max());
    CHECK(read("{\"a\": -9223372036854775808}")["a"].integer == std::numeric_limits<std::int64_t>::min());
    CHECK(read("{\"a\": 9223372036854775808}").mistakes == Told{"1:7 : this number is too large"});
    for (const char* text : {"{\"a\": 123456789012345678901234567890}", "{\"a\": 1e999}", "{\"a\": 01}", "{\"a\": 1.}",
                             "{\"a\": -}", "{\"a\": 0x1}"}) {
        CAPTURE(std::string{text});
        CHECK(read(text).mistakes == Told{"1:7 : this is no number, or one that is too large"});
    }
    CHECK(read("{\"a\": " + std::string(100000, '9') + "}").mistakes.size() == 1);
}

TEST_CASE("JSON: keys that are there twice") {
    CHECK(read("{\"a\": 1,\n \"\\u0061\": 2, \"o\": {\"a\": 1, \"a\": 2}}").mistakes ==
          Told{"2:2 a: is there twice: first in line 1, column 2; remove one",
               "2:29 a: is there twice: first in line 2, column 21; remove one"});
    CHECK(read("{\"a\": {\"x\": 1}, \"b\": [{\"x\": 1}, {\"x\": 2}]}").mistakes == Told{});
}

TEST_CASE("JSON: what is wrong, and where") {
    const std::string near = "this is no valid JSON: a comma, a key in quotes, a colon, ] or } is missing near here";
    struct Case {
        std::string text;
        std::string told;
    };
    const std::vector<Case> cases{
        {"[1]", "1:1 : the file must hold keys with values, not just a value"},
        {"12", "1:1 : the file must hold keys with values, not just a value"},
        {"{\"a\": 1", "1:8 : the file must end with the } that closes it"},
        {"{\"a\": 1} x", "1:11 : the file must end with the } that closes it"},
        {"{}{}", "1:3 : nothing may follow the closing }"},
        {"{\"a\" 1}", "1:6 : " + near},
        {"{\"a\": 1,}", "1:9 : " + near},
        {"{\"a\": [1 2]}", "1:10 : " + near},
        {"{\"a\": [1}", "1:9 : " + near},
        {"{a: 1}", "1:2 : " + near},
        {"{\"a\": [1,]}", "1:10 : a value is missing here"},
        {"{\"a\": }", "1:7 : a value is missing here"},
        {"{\"a\": tru}", "1:7 : unknown word: write true, false, null or a \"string\""},
        {"{\"a\": nul}", "1:7 : unknown word: write true, false, null or a \"string\""},
        {"{\"a\": 'x'}", "1:7 : a value is missing here"},
        {"{\"a\": \"x\ny\"}", "1:9 : a string may not hold a line end or tab; write an escape sequence"},
        {"{\"b\": \"\\\"\", \"a\": \"x}", "1:18 : this string is not closed"},
        {"{\"a\": \"\\q\"}", "1:7 : this string holds an unknown escape sequence"},
        {"{\"\\q\": 1}", "1:2 : this key holds an unknown escape sequence"},
        {"{\"a\": 1, // no\n\"b\": 2}", "1:10 : " + near},
    };
    for (const auto& example : cases) {
        const auto& text = example.text;
        const auto& told = example.told;
        CAPTURE(std::string{text});
        CHECK(read(text).mistakes == Told{told});
    }
}

TEST_CASE("JSON: half of a surrogate pair is no text") {
    CHECK(read("{\"a\": \"\\ud800\"}").mistakes.size() == 1);
    CHECK(read("{\"\\udc00\": 1}").mistakes.size() == 1);
    CHECK(read("{\"a\": \"\\ud834\\udd1e\"}")["a"].text == "𝄞");
}

TEST_CASE("JSON: nesting") {
    const auto lists = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    CHECK(read(lists(31)).mistakes == Told{});
    CHECK(read(lists(32)).mistakes == Told{"1:37 : tables and lists are nested deeper than 32 levels"});
    CHECK(read(lists(10000)).mistakes.size() == 1);
    std::string tables;
    for (int i = 0; i < 10000; ++i) tables += "{\"a\":";
    CHECK(read(tables + "1" + std::string(10000, '}')).mistakes ==
          Told{"1:161 : tables and lists are nested deeper than 32 levels"});
    CHECK(read(tables).mistakes.size() == 1);
}

}  // namespace
}  // namespace tocsin::core
