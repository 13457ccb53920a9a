#include "base/mistakes.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace tocsin::core;

namespace {

Location at(const char* file, int line = 0, int column = 0) {
    return {std::make_shared<const std::string>(file), line, column};
}

std::string printed(const Mistakes& mistakes) {
    std::ostringstream out;
    mistakes.print(out);
    return out.str();
}

const std::vector<std::string> options = {"broker-name", "topic", "qos", "retained", "payload"};

}  // namespace

TEST_CASE("nearest finds what was meant") {
    struct Case {
        std::string_view word;
        std::vector<std::string> valid;
        std::string_view expected;
    };
    const Case cases[] = {
        {"retaind", options, "retained"},
        {"reatined", options, "retained"},
        {"retain", options, "retained"},
        {"RETAINED", options, "retained"},
        {"Topic", options, "topic"},
        {"topics", options, "topic"},
        {"tpoic", options, "topic"},
        {"qso", options, "qos"},
        {"qo", options, "qos"},
        {"brokername", options, "broker-name"},
        {"broker_name", options, "broker-name"},
        {"brkr-nam", options, "broker-name"},  // distance 3 of 11
        {"broker", options, ""},
        {"colour", options, ""},
        {"plo", options, ""},
        {"", options, ""},
        {"", {""}, ""},
        {"x", {}, ""},
        {"x", {"y"}, ""},  // nothing in common
        {"xy", {"x"}, "x"},
        {"ab", {"ba"}, "ba"},  // a swap costs one
        {"abcdef", {"badcef"}, "badcef"},
        {"abcdef", {"badcfe"}, ""},
        {"ptant", {"plants", "plant"}, "plant"},
        {"plant3", {"plant1", "plant2"}, "plant1"},
        {"eu", {"EU"}, "EU"},
        {"åkeri", {"akeri"}, "akeri"},
        {"åkerier", {"åkeriet"}, "åkeriet"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.word);
        CHECK(nearest(c.word, c.valid) == c.expected);
    }
}

TEST_CASE("nearest ignores words too long to be meant") {
    const std::string hundred(100, 'a');
    CHECK(nearest(hundred, std::vector{hundred + "b"}) == hundred + "b");
    CHECK(nearest(hundred + "b", std::vector{hundred}).empty());
    const std::string huge(20'000'000, 'a');
    CHECK(nearest(huge, std::vector{huge}).empty());
    CHECK(nearest("aaa", std::vector{huge}).empty());
}

TEST_CASE("add_unknown suggests or lists") {
    Mistakes mistakes;
    mistakes.add_unknown(at("a.yaml", 4, 3), "options.retaind", "unknown option", options);
    mistakes.add_unknown(at("a.yaml", 5, 3), "options.colour", "unknown option", options);
    mistakes.add_unknown(at("a.yaml", 6, 3), "options.broker-name", "no broker \"plnt\"",
                         std::vector<std::string>{"plant"}, "plnt");
    mistakes.add_unknown(at("a.yaml", 7, 3), "kind", "unknown kind \"\"", std::vector<std::string>{"mqtt", "log"}, "");
    mistakes.add_unknown(at("a.yaml", 8, 3), "x", "unknown", {});
    CHECK(mistakes.size() == 5);
    CHECK(printed(mistakes) ==
          "a.yaml:4:3: options.retaind: unknown option (did you mean \"retained\"?)\n"
          "a.yaml:5:3: options.colour: unknown option (known: broker-name, topic, qos, retained, payload)\n"
          "a.yaml:6:3: options.broker-name: no broker \"plnt\" (did you mean \"plant\"?)\n"
          "a.yaml:7:3: kind: unknown kind \"\" (known: mqtt, log)\n"
          "a.yaml:8:3: x: unknown\n");
}

TEST_CASE("add_unknown lists twelve and not thirteen") {
    std::vector<std::string> names;
    for (int i = 0; i < 12; ++i) names.push_back(std::string(4, static_cast<char>('a' + i)));
    Mistakes mistakes;
    mistakes.add_unknown(at("f"), "zzzz", "unknown", names);
    CHECK(mistakes.list()[0].text ==
          "unknown (known: aaaa, bbbb, cccc, dddd, eeee, ffff, gggg, hhhh, iiii, jjjj, kkkk, llll)");
    names.push_back("mmmm");
    mistakes.add_unknown(at("f"), "zzzz", "unknown", names);
    CHECK(mistakes.list()[1].text == "unknown");
    mistakes.add_unknown(at("f"), "mmmn", "unknown", names);
    CHECK(mistakes.list()[2].text == "unknown (did you mean \"mmmm\"?)");
}

TEST_CASE("print sorts by file, line and column and keeps the order of what stands at one place") {
    Mistakes mistakes;
    CHECK(mistakes.empty());
    mistakes.add(at("b.toml", 2, 10), "k", "fourth");
    mistakes.add(at("b.toml", 10, 1), "k", "fifth");
    mistakes.add(at("b.toml", 2, 9), "k", "second");
    mistakes.add(at("b.toml", 2, 9), "a", "third");
    mistakes.add(at("a.toml", 99, 9), "k", "first");
    CHECK(!mistakes.empty());
    CHECK(printed(mistakes) ==
          "a.toml:99:9: k: first\n"
          "b.toml:2:9: k: second\n"
          "b.toml:2:9: a: third\n"
          "b.toml:2:10: k: fourth\n"
          "b.toml:10:1: k: fifth\n");
}

TEST_CASE("print leaves out what is not known") {
    Mistakes mistakes;
    mistakes.add({}, "", "no file");
    mistakes.add({}, "key", "no file");
    mistakes.add(at("f"), "", "whole file");
    mistakes.add(at("f"), "key", "whole file");
    mistakes.add(at("f", 3), "", "no column");
    mistakes.add(at("f", 3, 4), "", "no key");
    CHECK(printed(mistakes) ==
          "no file\n"
          "key: no file\n"
          "f: whole file\n"
          "f: key: whole file\n"
          "f:3: no column\n"
          "f:3:4: no key\n");
}

TEST_CASE("print keeps each mistake on one harmless line") {
    Mistakes mistakes;
    mistakes.add(at("a\nb", 1, 1), "k\x1b[0m", "C:\\x\r\n\xff");
    CHECK(printed(mistakes) == R"(a\nb:1:1: k\x1b[0m: C:\\x\r\n\xff)"
                               "\n");
}

TEST_CASE("of many mistakes the first places are shown, and how many there are") {
    Mistakes mistakes;
    CHECK_FALSE(mistakes.is_full());
    for (int line = 50'000; line > 0; --line) mistakes.add(at("b", line), "", "x");
    mistakes.add_unknown(at("a", 1), "x", "came too late to be kept", options);
    CHECK(mistakes.size() == 50'001);
    CHECK_FALSE(mistakes.empty());
    CHECK(mistakes.list().size() == 2'000);
    CHECK(mistakes.is_full());
    const auto text = printed(mistakes);
    CHECK(text.starts_with("b:48001: x\n"));
    CHECK(text.ends_with("b:48200: x\nand 49801 more, which are not shown\n"));

    Mistakes just_enough;
    for (int line = 1; line <= 200; ++line) just_enough.add(at("b", line), "", "x");
    CHECK(printed(just_enough).ends_with("\nb:200: x\n"));
}

TEST_CASE("of a very long text the beginning is shown") {
    Mistakes mistakes;
    mistakes.add(at("f"), std::string(1'000'000, 'k'),
                 std::string(999, 'x') + "\xc3\xa5" + std::string(1'000'000, 'y'));
    mistakes.warn(at("f"), "", std::string(1'000'000, 'w'));
    mistakes.add(at("f"), "", std::string(1'000, 'z'));
    CHECK(printed(mistakes) == "f: warning: " + std::string(1'000, 'w') + "...\nf: " + std::string(1'000, 'k') +
                                   "...: " + std::string(999, 'x') + "...\nf: " + std::string(1'000, 'z') + "\n");
}

TEST_CASE("warnings are no mistakes and are printed before them") {
    Mistakes mistakes;
    mistakes.warn(at("b", 7, 2), "key", "others can read it\n");
    mistakes.warn(at("a"), "", "first");
    CHECK(mistakes.empty());
    CHECK(mistakes.size() == 0);
    CHECK(printed(mistakes) == "a: warning: first\nb:7:2: warning: key: others can read it\\n\n");
    mistakes.add(at("a"), "", "wrong");
    CHECK(printed(mistakes) == "a: warning: first\nb:7:2: warning: key: others can read it\\n\na: wrong\n");
    for (int i = 0; i < 5'000; ++i) mistakes.warn(at("a"), "", "again");
    CHECK(mistakes.warnings().size() == 1'000);
}
