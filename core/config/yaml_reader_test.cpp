#include "config/test_support.hpp"

#include <doctest/doctest.h>

namespace tocsin::core {
namespace {

using test::place;
using Told = std::vector<std::string>;

test::Reading read(std::string text) { return test::read(read_yaml, std::move(text)); }

TEST_CASE("YAML: kinds, order and places") {
    const auto file = read("# å\nid: handler\ntopic: 123\nå: \"q\"\nopts:\n  z: [a, 'b']\n  a:\n    - x: 1\n");
    REQUIRE(file.mistakes.empty());
    REQUIRE(file.root.table.size() == 4);
    CHECK(file.root.table[0].key == "id");
    CHECK(place(file.root.table[0].where) == "2:1");
    CHECK(place(file["id"].where) == "2:5");
    CHECK(file["id"].plain);
    CHECK(file["topic"].kind == Node::Kind::integer);
    CHECK(file["topic"].text == "123");
    CHECK(file["topic"].plain);
    CHECK(file.root.table[2].key == "å");
    CHECK(place(file["å"].where) == "4:4");
    CHECK_FALSE(file["å"].plain);
    CHECK(file["opts"].table[0].key == "z");
    CHECK(place(file["opts/z/1"].where) == "6:10");
    CHECK(place(file["opts/a/0"].where) == "8:7");
    CHECK(file["opts/a/0/x"].integer == 1);
}

TEST_CASE("YAML: quoted scalars are strings") {
    const auto file = read("a: \"12\"\nb: 'on'\nc: \"\"\nd: !!str 12\ne: |\n  12\nf: !!str\n  \"x\"\n");
    REQUIRE(file.mistakes.empty());
    for (const auto& entry : file.root.table) {
        CAPTURE(entry.key);
        CHECK(entry.value.kind == Node::Kind::string);
        CHECK_FALSE(entry.value.plain);
    }
    CHECK(file["d"].text == "12");
    CHECK(file["e"].text == "12\n");
}

TEST_CASE("YAML: values left out") {
    const auto file = read("a:\nnull: 1\nb: ~\nc: {x: , y: null}\nd:\n  - \n  - 2\nf: {x:\n      , y: 1}\ne:");
    REQUIRE(file.mistakes.empty());
    CHECK(file["a"].kind == Node::Kind::null);
    CHECK(place(file["a"].where) == "1:1");
    CHECK(file["null"].integer == 1);
    CHECK(place(file["b"].where) == "3:4");
    CHECK(file["b"].text == "~");
    CHECK(file["c/x"].kind == Node::Kind::null);
    CHECK(place(file["c/y"].where) == "4:13");
    CHECK(file["d/0"].kind == Node::Kind::null);
    CHECK(file["d/1"].integer == 2);
    CHECK(place(file["f/x"].where) == "8:5");
    CHECK(file["e"].kind == Node::Kind::null);
}

TEST_CASE("YAML: places inside scalars") {
    const auto file = read(
        "a: plain å {{\nb: \"å{{x\"\nc: 'x y'\nd: \"a\\tb\"\ne: 'it''s'\nf: two\n  lines\ng: |\n  one\n    two å{{\n\n "
        " end\n"
        "h: |2-\n\n    x\ni: >\n  folded {{\nj: >\n  two\n  lines\nk: |  # comment\n\n   x{{\n");
    REQUIRE(file.mistakes.empty());
    CHECK(place(file["a"].at(9)) == "1:12");
    CHECK(place(file["b"].at(0)) == "2:5");
    CHECK(place(file["b"].at(4)) == "2:8");
    CHECK(place(file["c"].at(2)) == "3:7");
    CHECK_FALSE(file["d"].verbatim);
    CHECK_FALSE(file["e"].verbatim);
    CHECK(place(file["e"].at(3)) == "5:4");
    CHECK_FALSE(file["f"].verbatim);
    CHECK_FALSE(read("a: \"\\\\\"")["a"].verbatim);
    CHECK(file["g"].text == "one\n  two å{{\n\nend\n");
    CHECK(place(file["g"].where) == "8:4");
    CHECK(place(file["g"].at(0)) == "9:3");
    CHECK(place(file["g"].at(file["g"].text.find("{{"))) == "10:10");
    CHECK(place(file["g"].at(file["g"].text.find("end"))) == "12:3");
    CHECK(file["h"].text == "\n  x");
    CHECK(place(file["h"].at(3)) == "15:5");
    CHECK(place(file["i"].at(7)) == "17:10");
    CHECK_FALSE(file["j"].verbatim);
    CHECK(place(file["k"].at(2)) == "23:5");
}

TEST_CASE("YAML: line ends of Windows") {
    const auto file = read("a: 1\r\nb: |\r\n  x\r\n  y\r\nc: \"q\"\r\n");
    REQUIRE(file.mistakes.empty());
    CHECK(file["a"].integer == 1);
    CHECK(file["b"].text == "x\ny\n");
    CHECK(place(file["b"].at(2)) == "4:3");
    CHECK(place(file["c"].where) == "5:4");
}

TEST_CASE("YAML: keys that are there twice") {
    CHECK(read("a: 1\nb: 2\n\"a\": 3\n").mistakes ==
          Told{"3:1 a: is there twice: first in line 1, column 1; remove one"});
    CHECK(read("o: {x: 1, x: 2, x: 3}").mistakes ==
          Told{"1:11 x: is there twice: first in line 1, column 5; remove one",
               "1:17 x: is there twice: first in line 1, column 5; remove one"});
    CHECK(read("a: {x: 1}\nb: {x: 1}\nc: [{x: 1}, {x: 1}]").mistakes == Told{});
    CHECK(read("1: a\n01: b\n").mistakes == Told{});
}

TEST_CASE("YAML: what is not taken from the language") {
    CHECK(read("a: &x 1\nb: *x\n").mistakes ==
          Told{"1:4 : anchors (&name) are not allowed; put text that begins with & in quotes",
               "2:4 : aliases (*name) are not allowed; put text that begins with * in quotes"});
    CHECK(read("a: {<<: {b: 1}}\n").mistakes == Told{"1:5 <<: merge keys are not allowed"});
    CHECK(read("a: {\"<<\": 1}\n").mistakes == Told{});
    CHECK(read("a: !!binary YWJj\n").mistakes ==
          Told{"1:4 : tags other than !!str are not allowed; put text that begins with ! in quotes"});
    CHECK(read("a: !!int \"5\"\n").mistakes.size() == 1);
    CHECK(read("a: !mine {b: 1}\n").mistakes ==
          Told{"1:4 : tags other than !!str are not allowed; put text that begins with ! in quotes"});
    CHECK(read("a: !!map {b: !!seq [1]}\n").mistakes == Told{});
    CHECK(read("a: 1\n---\nb: 2\n").mistakes ==
          Told{"2:1 : the file holds more than one document; put each into a file of its own"});
    CHECK(read("%YAML 1.2\n---\na: 1\n...\n").mistakes == Told{});
    CHECK(read("? [1, 2]\n: 3\n").mistakes == Told{"1:3 : a key must be a string (or a ] or } is missing)"});
    CHECK(read(": 3\n").mistakes == Told{"1:1 : a key is missing before the colon"});
}

TEST_CASE("YAML: a file must be a table") {
    CHECK(read("- a\n").mistakes == Told{"1:1 : the file must hold keys with values, not just a list"});
    CHECK(read("word\n").mistakes == Told{"1:1 : the file must hold keys with values, not just a string"});
    for (const char* text : {"# only a comment\n", "---\n", "~", "--- # x\n...\n"}) {
        CAPTURE(std::string{text});
        const auto file = read(text);
        CHECK(file.mistakes == Told{});
        CHECK(file.root.kind == Node::Kind::table);
        CHECK(file.root.table.empty());
    }
}

TEST_CASE("YAML: what the parser lets pass") {
    CHECK(read("a: \"x\nb: 1\n").mistakes == Told{"1:4 : this string is not closed"});
    CHECK(read("a: 'x''\nb: 1\n").mistakes == Told{"1:4 : this string is not closed"});
    CHECK(read("a: !!str \"x\\\"\n ").mistakes == Told{"1:10 : this string is not closed"});
    CHECK(read("a: 'x'''").mistakes == Told{});
    CHECK(read("a: \"x\\\\\"").mistakes == Told{});
    CHECK(read("a: |\n  it's \"fine\n").mistakes == Told{});
    CHECK(read("id: x\ntopi").mistakes == Told{"2:1 : a colon is missing after this key"});
    CHECK(read("a: >-\n  p\n  ")["a"].text == "p");
}

TEST_CASE("YAML: what is wrong, and where") {
    CHECK(read("a: 1\n  b: 2\n").mistakes.front().starts_with("2:4 : this is no valid YAML: "));
    CHECK(read("a:\n\tb: 1\n").mistakes == Told{"2:1 : this is no valid YAML: indent with spaces, not with tabs"});
    CHECK(read("a: [1, 2\n").mistakes == Told{"2:1 : this is no valid YAML: end of sequence flow not found"});
    for (const char* text : {"a: @x\n", "a: `x\n", "a: %x\n"})
        CHECK(read(text).mistakes == Told{"1:4 : put text that begins with this character in quotes"});
    CHECK(read("a: *x\n").mistakes ==
          Told{"1:4 : aliases (*name) are not allowed; put text that begins with * in quotes"});
}

TEST_CASE("YAML: text that goes on behind a value in quotes") {
    const auto goes_on = [](const std::string& where) {
        return Told{where +
                    " : this is no valid YAML: a value that begins with a quote ends at the next one; write a "
                    "value that goes on behind it in a | block"};
    };
    CHECK(read("match: \"outcome\" == 'failed'\n").mistakes == goes_on("1:18"));
    CHECK(read("id: x\nmatch: \"outcome\" == 'failed'\noptions:\n  topic: t\n").mistakes == goes_on("2:18"));
    CHECK(read("match: 'a' == \"b\" AND 'c: d' != 'e'\nx: 1\n").mistakes == goes_on("1:12"));
    CHECK(read("match: \"a\\\"b\"x").mistakes == goes_on("1:14"));
    CHECK(read("match: 'it''s'\t=~ /x/\n").mistakes == goes_on("1:16"));
    CHECK(read("x: [a, \"b\" c]\n").mistakes == goes_on("1:12"));
    CHECK(read("match: |\n  \"outcome\" == 'failed'\n").mistakes == Told{});
    CHECK(read("match: level() == \"x\" # 'a' b\n").mistakes == Told{});
    // Other mistakes have their own words, whatever is in quotes before them.
    for (const char* text : {"a: 'x'\n  b: 2\n", "a: 'x' # c\nb: [1\n", "a: ['x', {b: 'y'}\n", "'a' b: 1\nc: [\n"})
        CHECK(read(text).mistakes.front().find("begins with a quote") == std::string::npos);
}

TEST_CASE("YAML: nesting") {
    const auto brackets = [](std::size_t depth) {
        return "a: " + std::string(depth, '[') + std::string(depth, ']') + "\n";
    };
    CHECK(read(brackets(31)).mistakes == Told{});
    CHECK(read(brackets(32)).mistakes == Told{"1:35 : tables and lists are nested deeper than 32 levels"});
    CHECK(read(brackets(10000)).mistakes.size() == 1);
    CHECK(read("a: " + std::string(10000, '[')).mistakes.size() == 1);
    std::string lists = "a:\n";
    for (int i = 0; i < 1000; ++i) lists += "- ";
    CHECK(read(lists + "x").mistakes.size() == 1);
}

TEST_CASE("YAML: aliases are not expanded") {
    std::string text = "a0: &a0 [lol]\n";
    for (int i = 1; i < 30; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        const auto name = "a" + std::to_string(i);
        text.append(name).append(": &").append(name).append(" [");
        text.append(before).append(",").append(before).append(",").append(before).append("]\n");
    }
    CHECK(read(text).mistakes.size() == 30 + 29 * 3);
}

}  // namespace
}  // namespace tocsin::core
