#include "config/test_support.hpp"

#include <doctest/doctest.h>

namespace tocsin::core {
namespace {

using test::place;
using Told = std::vector<std::string>;

test::Reading read(std::string text) { return test::read(read_toml, std::move(text)); }

TEST_CASE("TOML: kinds, values and text as written") {
    const auto file = read("s = 'x'\ni = 0x1F\nn = -7\nf = 1_0.5e1\nb = false\nl = [1, 'a', [], {}]\n");
    REQUIRE(file.mistakes.empty());
    CHECK(file["s"].kind == Node::Kind::string);
    CHECK(file["s"].text == "x");
    CHECK_FALSE(file["s"].plain);
    CHECK(file["i"].kind == Node::Kind::integer);
    CHECK(file["i"].integer == 31);
    CHECK(file["i"].text == "0x1F");
    CHECK(file["n"].integer == -7);
    CHECK(file["f"].kind == Node::Kind::real);
    CHECK(file["f"].real == 105);
    CHECK(file["f"].text == "1_0.5e1");
    CHECK(file["b"].kind == Node::Kind::boolean);
    CHECK_FALSE(file["b"].boolean);
    CHECK(file["b"].text == "false");
    CHECK(file["l"].list.size() == 4);
    CHECK(file["l/2"].kind == Node::Kind::list);
    CHECK(file["l/3"].kind == Node::Kind::table);
}

TEST_CASE("TOML: order and places") {
    const auto file =
        read("# å\nzeta = 1\nalpha = 'å' # c\n\n[tab]\n\"q k\".sub = 2\n[[list]]\nx=1\n[[list]]\n  'å' = 'y'");
    REQUIRE(file.mistakes.empty());
    REQUIRE(file.root.table.size() == 4);
    CHECK(file.root.table[0].key == "zeta");
    CHECK(file.root.table[1].key == "alpha");
    CHECK(file.root.table[2].key == "tab");
    CHECK(file.root.table[3].key == "list");
    CHECK(place(file.root.where) == "1:1");
    CHECK(place(file.root.table[0].where) == "2:1");
    CHECK(place(file["alpha"].where) == "3:9");
    CHECK(place(file.root.table[2].where) == "5:2");
    CHECK(place(file["tab"].where) == "5:1");
    CHECK(file["tab"].table[0].key == "q k");
    CHECK(place(file["tab"].table[0].where) == "6:1");
    CHECK(place(file["tab/q k"].table[0].where) == "6:7");
    CHECK(place(file["tab/q k/sub"].where) == "6:13");
    CHECK(place(file["list/0"].where) == "7:1");
    CHECK(place(file["list/1"].where) == "9:1");
    CHECK(place(file["list/1"].table[0].where) == "10:3");
    CHECK(place(file["list/1/å"].where) == "10:9");
}

TEST_CASE("TOML: places inside strings") {
    const auto file = read(
        "a = \"å{{x\"\nb = 'it\"s'\nc = '''\none\n two'''\nd = '''one\ntwo'''\ne = \"\"\"x\ny\"\"\"\nf = \"a\\tb\"\n"
        "g = \"\"\"a\\\n  b\"\"\"\nh = \"\"\nk = '''\r\nx\r\ny'''\n");
    REQUIRE(file.mistakes.empty());
    CHECK(place(file["a"].where) == "1:5");
    CHECK(place(file["a"].at(0)) == "1:6");
    CHECK(place(file["a"].at(4)) == "1:9");
    CHECK(place(file["b"].at(3)) == "2:9");
    CHECK(place(file["c"].at(0)) == "4:1");
    CHECK(place(file["c"].at(5)) == "5:2");
    CHECK(place(file["d"].at(0)) == "6:8");
    CHECK(place(file["d"].at(4)) == "7:1");
    CHECK(place(file["e"].at(2)) == "9:1");
    CHECK_FALSE(file["f"].verbatim);
    CHECK(place(file["f"].at(2)) == place(file["f"].where));
    CHECK_FALSE(file["g"].verbatim);
    CHECK(place(file["h"].at(0)) == "13:6");
    CHECK(place(file["k"].at(file["k"].text.size() - 1)) == "16:1");
}

TEST_CASE("TOML: keys that are there twice") {
    struct Case {
        std::string text;
        std::string told;
    };
    const auto twice = [](const std::string& where, const std::string& first_line, const std::string& first_column) {
        return where + ": is there twice: first in line " + first_line + ", column " + first_column + "; remove one";
    };
    const std::vector<Case> cases{
        {"a = 1\n# a = 2\n a = 3\n", twice("3:2 a", "1", "1")},
        {"a = 1\nb = \"\"\"\na = 2\n\"\"\"\n\"a\" = 3", twice("5:1 a", "1", "1")},
        {"[a]\nx = 1\n[b]\nx = 1\n[a]\n", twice("5:2 a", "1", "2")},
        {"a = 1\n[a.b]\nx = 2\n", twice("2:2 a", "1", "1")},
        {"[[m]]\nx = 1\n[[m]]\nx = 2\ny.z = 1\ny.z = 2\n", twice("6:3 z", "5", "3")},
        {"v = [{a = 1, b = 2}, {a = 2, b = [3], a = 4}]\n", twice("1:39 a", "1", "23")},
        {"v = {a = {x = 1}, b = {x = 1, x = 2}}\n", twice("1:31 x", "1", "24")},
        {"a.b = 1\n[a]\nc = 1\n", twice("2:2 a", "1", "1")},
        {"a = {x = 1}\n[a.y]\nc = 1\n", twice("2:2 a", "1", "1")},
        {"a = {x = 1}\na.y = 1\n", twice("2:1 a", "1", "1")},
        {"[m]\nx = 1\n[[m]]\nx = 1\n", twice("3:3 m", "1", "2")},
        {"[a.b]\nx = 1\n[a]\nb.y = 1\n", twice("4:1 b", "1", "4")},
        {"[[a.b]]\n[a.b.d]\n[[a.b]]\n[a.b.d]\n[a.b.d]\n", twice("5:6 d", "4", "6")},
    };
    for (const auto& example : cases) {
        const auto& text = example.text;
        const auto& told = example.told;
        CAPTURE(std::string{text});
        CHECK(read(text).mistakes == Told{told});
    }
}

TEST_CASE("TOML: of a section that is there twice, and may be, it is said how") {
    const auto told = [](const std::string& text) {
        Mistakes mistakes;
        read_toml(SourceText{text, "file"}, mistakes, [](std::string_view name) { return name == "mqtt"; });
        return test::told(mistakes);
    };
    const std::string first = ": is there twice: first in line 1, column ";
    const std::string how = "; write [[mqtt]] in both places, or remove one";
    CHECK(told("[mqtt]\nx = 1\n[mqtt]\nx = 2\n") == Told{"3:2 mqtt" + first + "2" + how});
    CHECK(told("[mqtt]\n[[mqtt]]\n") == Told{"2:3 mqtt" + first + "2" + how});
    CHECK(told("[[mqtt]]\n[mqtt]\n") == Told{"2:2 mqtt" + first + "3" + how});
    CHECK(told("[ \"mqtt\" ]\n[mqtt]\n") == Told{"2:2 mqtt" + first + "3" + how});
    // Not of other sections, and of what is no section.
    CHECK(told("[http]\n[http]\n") == Told{"2:2 http" + first + "2; remove one"});
    CHECK(told("mqtt = 1\n[mqtt]\n") == Told{"2:2 mqtt" + first + "1; remove one"});
    CHECK(told("mqtt = 1\nmqtt = 2\n") == Told{"2:1 mqtt" + first + "1; remove one"});
    CHECK(told("[a.mqtt]\n[a.mqtt]\n") == Told{"2:4 mqtt" + first + "4; remove one"});
}

TEST_CASE("TOML: the same key in different tables is none too many") {
    const auto file =
        read("[[m]]\na.b = 1\na.c = 2\n[[m]]\na.b = 1\n[x.y]\nb = 1\n[x]\nb = 2\nv = [{a = 1}, {a = 2}]\n");
    CHECK(file.mistakes == Told{});
    CHECK(file["m/1/a/b"].integer == 1);
    CHECK(file["x/y/b"].integer == 1);
}

TEST_CASE("TOML: nesting") {
    const auto brackets = [](int depth) {
        return "a = " + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']');
    };
    const auto dots = [](int parts) {
        std::string key = "k";
        for (int i = 1; i < parts; ++i) key += ".k";
        return key;
    };
    CHECK(read(brackets(31)).mistakes == Told{});
    CHECK(read(brackets(32)).mistakes == Told{"1:36 : tables and lists are nested deeper than 32 levels"});
    CHECK(read(brackets(10000)).mistakes.size() == 1);
    CHECK(read(dots(32) + " = 1").mistakes == Told{});
    CHECK(read(dots(33) + " = 1").mistakes.size() == 1);
    CHECK(read("[" + dots(100000) + "]").mistakes.size() == 1);
    CHECK(read("[" + dots(20) + "]\n" + dots(20) + " = 1\n").mistakes.size() == 1);
    CHECK(read("a = \"" + std::string(100, '[') + "\" # " + std::string(100, '[')).mistakes == Told{});
    CHECK(read("a = '''it''s" + std::string(100, '{') + "'''").mistakes == Told{});
    CHECK(read("a = \"\"\"\\\"\"\"" + std::string(100, '{') + "\"\"\"").mistakes == Told{});
}

TEST_CASE("TOML: what is wrong, and where") {
    CHECK(read("a = 1\nb = \n").mistakes.front().starts_with("2:5 : this is no valid TOML: "));
    CHECK(read("a = \"x\nb = 1").mistakes.front().starts_with("1:7 : "));
    CHECK(read("d = 2020-01-02\n").mistakes == Told{"1:5 : dates and times are not allowed; put it in quotes"});
    CHECK(read("d = [07:30:00]\n").mistakes.size() == 1);
}

TEST_CASE("TOML: numbers that are too large are not shown") {
    for (const char* text : {"p = 98765432109876543210", "p = 9e999", "p = -98765432109876543210"}) {
        CAPTURE(std::string{text});
        const auto told = read(text).mistakes;
        REQUIRE(told.size() == 1);
        CHECK(told[0].ends_with(": the number that ends here is too large"));
    }
}

}  // namespace
}  // namespace tocsin::core
