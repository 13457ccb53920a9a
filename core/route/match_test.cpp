#include "route/match.hpp"

#include "base/text_error.hpp"
#include "route/match_test_event.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {
namespace {

constexpr auto no = Match::Result::no;
constexpr auto yes = Match::Result::yes;
constexpr auto missing = Match::Result::missing;

// CRITICAL after OK, name cpu, task name cpu_alert.
const Event& sample() {
    static const Event event = MatchTestEvent{
        .tags = {
            {"cpu", "cpu-total"},
            {"empty", ""},
            {"five", "5"},
            {"host", "db1"},
            {"name with \"quotes\"", "q"},
            {"stad", "Malmö"}}}.make();
    return event;
}

struct Case {
    std::string_view text;
    Match::Result result;
};

void check(const Event& event, std::initializer_list<Case> cases) {
    for (const Case& expected : cases) {
        CAPTURE(expected.text);
        try {
            CHECK(Match{expected.text}(event) == expected.result);
        } catch (const TextError& error) {
            FAIL_CHECK("refused at ", error.offset(), ": ", error.what());
        }
    }
}

TEST_CASE("match: what Kapacitor's users write") {
    check(sample(), {
                        {"", yes},
                        {" \t\r\n", yes},
                        {"changed() == TRUE", yes},
                        {"changed()", yes},
                        {"changed() == FALSE", no},
                        {"level() >= WARNING AND changed() == TRUE", yes},
                        {"level() == CRITICAL", yes},
                        {"\"host\" =~ /^db/ AND name() == 'cpu'", yes},
                        {"\"host\" == 'db1' AND level() == CRITICAL", yes},
                        {"\"host\" == 'serverA' AND level() == CRITICAL", no},
                        {"taskName() == 'cpu_alert'", yes},
                        {"name() != 'mem' OR \"host\" == 'x'", yes},
                        {"\"host\" !~ /^web/", yes},
                        {"isPresent(\"host\") AND \"host\" == 'db1'", yes},
                    });
}

TEST_CASE("match: levels compare by their order") {
    const Level all[] = {Level::ok, Level::info, Level::warning, Level::critical};
    for (const Level level : all) {
        for (const Level other : all) {
            CAPTURE(name_of(level));
            CAPTURE(name_of(other));
            const Event event =
                MatchTestEvent{.level = level, .previous_level = other, .tags = {{"host", "db1"}}}.make();
            const std::string right = std::string{name_of(other)};
            const auto holds = [&](const std::string& op) {
                return Match{"level() " + op + right + " OR \"host\" == 'other'"}(event) == yes;
            };
            CHECK(holds("==") == (level == other));
            CHECK(holds("!=") == (level != other));
            CHECK(holds("<") == (level < other));
            CHECK(holds("<=") == (level <= other));
            CHECK(holds(">") == (level > other));
            CHECK(holds(">=") == (level >= other));
            CHECK((Match{"changed()"}(event) == yes) == (level != other));
        }
    }
    check(sample(), {{"level() == 3", yes}, {"level() < 3", no}, {"2 <= level()", yes}, {"OK < INFO", yes}});
}

TEST_CASE("match: literals") {
    check(sample(), {
                        {"010 == 8", yes},
                        {"0 == 00", yes},
                        {"9223372036854775807 > 0", yes},
                        {"1. == 1", yes},
                        {".5 == 0.5", yes},
                        {"08.5 == 8.5", yes},
                        {"0.1 + 0.2 != 0.3", yes},
                        {"1u == 1µ AND 1000u == 1ms AND 1000ms == 1s AND 60s == 1m", yes},
                        {"60m == 1h AND 24h == 1d AND 7d == 1w AND 010s == 10s", yes},
                        {"'it\\'s' == '''it's'''", yes},
                        {"strLength('a\\nb') == 4", yes},
                        {"'a\\\\b' == '''a\\\\b'''", yes},
                        {"strLength('''a\\'b''') == 4", yes},
                        {"'' == ''''''", yes},
                        {"'/' =~ /^\\/$/", yes},
                        {"'a+b' =~ /^a\\+b$/", yes},
                        {"'anything' =~ //", yes},
                        {"'x'=~ // AND TRUE", yes},
                        {"\"name with \\\"quotes\\\"\" == 'q'", yes},
                        {"TRUE != FALSE", yes},
                        {"\"stad\" == 'Malmö'", yes},
                    });
}

TEST_CASE("match: comments and white space") {
    check(sample(), {
                        {"// only critical ones\nlevel() == CRITICAL", yes},
                        {"level() // the level\n  ==\n// is\nCRITICAL // so", yes},
                        {"TRUE// no AND FALSE", yes},
                        {"6 // 2\n / 3 == 2", yes},
                        {"'// no comment' == '// no comment'", yes},
                        {"'http://x' =~ /^http:\\/\\//", yes},
                        {"\xc2\xa0TRUE\xe2\x80\x83", yes},
                        {"level()>=WARNING AND(changed())", yes},
                        {"'b'=~/b/AND TRUE", yes},
                    });
}

TEST_CASE("match: arithmetic keeps its types") {
    check(sample(), {
                        {"1 < 1.5", yes},
                        {"2.0 == 2", yes},
                        {"!(1.5 >= 2)", yes},
                        {"2 * 5m == 10m", yes},
                        {"5m * 2 == 10m", yes},
                        {"1.5 * 1h == 90m", yes},
                        {"1h * 0.5 == 30m", yes},
                        {"10m / 5m == 2", yes},
                        {"10m / 4 == 150s", yes},
                        {"10m / 0.5 == 20m", yes},
                        {"1h - 30m + 1s == 1801s", yes},
                        {"-5m < 0s", yes},
                        {"7 / 2 == 3", yes},
                        {"-7 / 2 == -3", yes},
                        {"7 % 4 == 3", yes},
                        {"-7 % 4 == -3", yes},
                        {"7.0 / 2.0 == 3.5", yes},
                        {"1.0 / 0.0 > 1000000", yes},
                        {"!(0.0 / 0.0 == 0.0 / 0.0)", yes},
                        {"0.0 / 0.0 != 0.0 / 0.0", yes},
                        {"9223372036854775807 + 1 < 0", yes},
                        {"(-9223372036854775807 - 1) / -1 < 0", yes},
                        {"(-9223372036854775807 - 1) % -1 == 0", yes},
                        {"- -1 == 1", yes},
                        {"--1 == 1", yes},
                        {"-1.5 < -1", yes},
                        {"'a' + 'b' == 'ab'", yes},
                        {"\"host\" + name() == 'db1cpu'", yes},
                        {"strLength(\"host\") * 2 + 1 == 7", yes},
                    });
}

TEST_CASE("match: strings compare by their bytes") {
    check(sample(), {
                        {"'a' < 'b'", yes},
                        {"'B' < 'a'", yes},
                        {"'a' < 'ab'", yes},
                        {"'z' < 'å'", yes},
                        {"\"five\" > '10'", yes},
                        {"\"empty\" == ''", yes},
                        {"\"host\" >= 'db1' AND \"host\" <= 'db1'", yes},
                    });
}

TEST_CASE("match: precedence and grouping") {
    check(sample(), {
                        {"TRUE OR TRUE AND level() == OK", yes},
                        {"(TRUE OR TRUE) AND level() == OK", no},
                        {"FALSE AND FALSE OR TRUE", yes},
                        {"level() == OK AND (FALSE OR TRUE)", no},
                        {"1 + 2 * 3 == 7", yes},
                        {"(1 + 2) * 3 == 9", yes},
                        {"10 - 3 - 2 == 5", yes},
                        {"10 - (3 - 2) == 9", yes},
                        {"100 / 10 / 5 == 2", yes},
                        {"100 / 10 * 5 == 50", yes},
                        {"7 % 4 * 2 == 6", yes},
                        {"1 < 2 == TRUE", yes},
                        {"TRUE == 2 > 1", yes},
                        {"!(FALSE == FALSE == FALSE)", yes},
                        {"!(FALSE == (FALSE == FALSE))", yes},
                        {"FALSE == FALSE != FALSE", yes},
                        {"!FALSE AND level() == OK", no},
                        {"!(FALSE AND FALSE)", yes},
                        {"!changed() == FALSE", yes},
                        {"!!TRUE", yes},
                        {"-1 + 2 == 1", yes},
                        {"2 - -1 == 3", yes},
                        {"1 -1 == 0", yes},
                        {"'a' + 'b' =~ /^ab$/", yes},
                        {"'ab' =~ /b/ == TRUE", yes},
                    });
}

TEST_CASE("match: a tag that is not there") {
    check(sample(), {
                        {"\"rack\" == 'a'", missing},
                        {"\"rack\" != 'a'", missing},
                        {"!(\"rack\" == 'a')", missing},
                        {"\"rack\" =~ /a/", missing},
                        {"\"rack\" !~ /a/", missing},
                        {"strLength(\"rack\") == 0", missing},
                        {"TRUE AND \"rack\" == 'a'", missing},
                        {"FALSE OR \"rack\" == 'a'", missing},
                        {"\"rack\" == 'a' OR TRUE", missing},
                        {"\"rack\" == 'a' AND level() == OK", missing},
                        {"(FALSE AND \"rack\" == 'a') OR \"rack\" == 'a'", missing},
                        {"\"Host\" == 'db1'", missing},
                    });
}

TEST_CASE("match: many tags, in the event and in the match") {
    std::vector<std::string> names;
    for (char c = 'a'; c <= 't'; ++c) names.emplace_back(1, c);
    for (const std::size_t there : {0u, 1u, 7u, 8u, 9u, 20u}) {
        MatchTestEvent described;
        for (std::size_t i = 0; i < there; ++i) described.tags.emplace_back(names[i], names[i]);
        const Event event = described.make();
        std::string all = "TRUE";
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string tag = "\"" + names[i] + "\"";
            CAPTURE(tag);
            const bool is_there = i < there;
            CHECK(Match{"isPresent(" + tag + ")"}(event) == (is_there ? yes : no));
            CHECK(Match{tag + " == '" + names[i] + "'"}(event) == (is_there ? yes : missing));
            CHECK(Match{tag + " != '" + names[i] + "'"}(event) == (is_there ? no : missing));
            CHECK(Match{tag + " =~ /" + names[i] + "/"}(event) == (is_there ? yes : missing));
            CHECK(Match{"'" + names[i] + "' == " + tag}(event) == (is_there ? yes : missing));
            // Looked at twice, as more than can be kept.
            if (is_there)
                all += " AND " + tag + " == '" + names[i] + "' AND " + tag + " !~ /A/ AND strLength(" + tag + ") == 1";
        }
        CHECK(Match{all}(event) == yes);
        CHECK(Match{all + " AND name() == 'none'"}(event) == no);
    }
}

TEST_CASE("match: steps that are merged say the same") {
    // What is inside of an if is not merged with what is outside.
    const char* const parts[] = {"level() >= WARNING", "1 < level()",        "level() != 3",      "changed()",
                                 "!changed()",         "changed() == FALSE", "TRUE != changed()", "!(level() == OK)",
                                 "\"x\" == 'a'",       "'a' != \"x\"",       "\"x\" =~ /^a/",     "\"x\" !~ /^a/"};
    for (const Level level : {Level::ok, Level::info, Level::warning, Level::critical}) {
        for (const Level previous : {Level::ok, Level::critical}) {
            for (const char* x : {"a", "b"}) {
                const Event event =
                    MatchTestEvent{.level = level, .previous_level = previous, .tags = {{"x", x}}}.make();
                const auto holds = [&event](const std::string& text) {
                    return Match{"taskName() == 'none' OR (" + text + ")"}(event) == yes;
                };
                for (const std::string left : parts) {
                    const bool left_holds = holds("if(" + left + ", TRUE, FALSE)");
                    CAPTURE(left);
                    CHECK(holds(left) == left_holds);
                    for (const std::string right : parts) {
                        CAPTURE(right);
                        const bool right_holds = holds("if(" + right + ", TRUE, FALSE)");
                        CHECK(holds(left + " AND " + right) == (left_holds && right_holds));
                        CHECK(holds(left + " OR " + right) == (left_holds || right_holds));
                        CHECK(holds("!(" + left + " OR " + right + ")") == !(left_holds || right_holds));
                    }
                }
            }
        }
    }
}

TEST_CASE("match: AND and OR leave out what does not matter") {
    check(sample(), {
                        {"level() == OK AND \"rack\" == 'a'", no},
                        {"TRUE OR \"rack\" == 'a'", yes},
                        {"level() == OK AND \"rack\" == 'a' AND \"row\" == 'b'", no},
                        {"TRUE OR \"rack\" == 'a' OR \"row\" == 'b'", yes},
                        {"FALSE AND \"rack\" == 'a' OR TRUE", yes},
                        {"level() == OK AND (\"rack\" == 'a' OR TRUE)", no},
                        {"!(level() != OK OR \"rack\" == 'a')", no},
                        {"(FALSE AND \"rack\" == 'a') == FALSE", yes},
                        {"isPresent(\"rack\")", no},
                        {"!isPresent(\"rack\")", yes},
                        {"isPresent(\"empty\")", yes},
                        {"isPresent(\"rack\") AND \"rack\" == 'a'", no},
                        {"!isPresent(\"rack\") OR \"rack\" == 'a'", yes},
                        {"name() == 'mem' AND \"rack\" == 'a'", no},
                    });
}

TEST_CASE("match: a result that is not there") {
    check(sample(), {
                        {"1 / strLength(\"empty\") == 0", missing},
                        {"1 % strLength(\"empty\") != 0", missing},
                        {"1h / strLength(\"empty\") == 1h", missing},
                        {"!(1 / strLength(\"empty\") == 0)", missing},
                        {"strSubstring(\"host\", 1, 4) == 'b1'", missing},
                        {"strSubstring(\"host\", 2, 1) == ''", missing},
                        {"strSubstring(\"host\", strLength(\"empty\") - 1, 1) == ''", missing},
                        {"level() == OK AND 1 / strLength(\"empty\") == 0", no},
                    });
}

TEST_CASE("match: if evaluates the condition and one of the results") {
    check(sample(), {
                        {"if(level() == CRITICAL, TRUE, FALSE)", yes},
                        {"if(level() == OK, TRUE, \"host\" == 'x')", no},
                        {"if(changed(), 1, 2) == 1", yes},
                        {"if(changed(), 1.5, 2.5) == 1.5", yes},
                        {"if(changed(), 1s, 2s) == 1s", yes},
                        {"if(changed(), WARNING, OK) < level()", yes},
                        {"if(changed(), \"host\", 'none') == 'db1'", yes},
                        {"if(level() == OK, 'a', if(changed(), 'b', 'c')) == 'b'", yes},
                        {"\"host\" =~ if(changed(), /^db/, /^web/)", yes},
                        {"\"host\" =~ if(level() == OK, /^db/, /^web/)", no},
                        {"1 + if(changed(), 2, 3) * 4 == 9", yes},
                        {"strReplace(if(changed(), 'ab', 'c'), if(changed(), 'a', 'b'), \"host\", -1) == 'db1b'", yes},
                        {"if(isPresent(\"rack\"), \"rack\" == 'a', TRUE)", yes},
                        {"if(isPresent(\"host\"), TRUE, \"rack\" == 'a')", yes},
                        {"if(\"rack\" == 'a', TRUE, TRUE)", missing},
                        {"if(TRUE, \"rack\", 'a') == 'a'", missing},
                        {"if(level() == OK AND changed(), FALSE, level() == CRITICAL AND changed())", yes},
                    });
}

TEST_CASE("match: how long the alert lasts") {
    EventDraft draft;
    draft.topic = "system";
    draft.id = "id";
    draft.level = Level::warning;
    const Event event{draft.to_abi(), Stamp{1, Level::warning, 600'000'000'000}};
    check(event, {
                     {"alertDuration() == 10m", yes},
                     {"alertDuration() >= 5m AND alertDuration() < 1h", yes},
                     {"alertDuration() > 10m", no},
                     {"duration() == alertDuration()", yes},
                     {"alertDuration() / 1m == 10", yes},
                     {"string(alertDuration()) == '10m'", yes},
                     {"alertDuration() / 4 == 150s", yes},
                 });
}

TEST_CASE("match: text that is made has a limit") {
    const std::string half(1u << 19, 'x');
    const Event event = MatchTestEvent{.tags = {{"half", half}}}.make();
    check(event, {
                     {"strLength(\"half\" + \"half\") == 1048576", yes},
                     {"strLength(\"half\" + \"half\" + 'y') == 0", missing},
                     {"strLength(strReplace(\"half\", 'x', 'yy', -1)) == 1048576", yes},
                     {"strLength(strReplace(\"half\", 'x', 'yyy', -1)) == 0", missing},
                     {"strLength(regexReplace(/x/, \"half\", 'yyy')) == 0", missing},
                     {"strLength(strReplace(\"half\", 'x', \"half\", -1)) == 0", missing},
                 });
    std::string many = "strToUpper(\"half\") == ''";
    for (int i = 0; i < 15; ++i) many += " OR strToUpper(\"half\") == ''";
    CHECK(Match{many}(event) == no);
    CHECK(Match{many + " OR strToUpper(\"half\") == ''"}(event) == missing);
}

TEST_CASE("match: long chains and deep nesting") {
    std::string chain = "\"host\" == 'a0'";
    for (int i = 1; i < 2000; ++i) chain += " OR \"host\" == 'a" + std::to_string(i) + "'";
    CHECK(Match{chain}(sample()) == no);
    CHECK(Match{chain + " OR \"host\" == 'db1'"}(sample()) == yes);

    std::string sum = "strLength(\"host\")";
    for (int i = 0; i < 5000; ++i) sum += " + 1";
    CHECK(Match{sum + " == 5003"}(sample()) == yes);

    const std::string nested = std::string(199, '(') + "TRUE" + std::string(199, ')');
    CHECK(Match{nested}(sample()) == yes);
}

TEST_CASE("match: one match may be copied and used for many events") {
    const Match original{"\"host\" =~ /^db\\d+$/ AND level() > INFO"};
    const Match copy = original;
    CHECK(copy(sample()) == yes);
    CHECK(original(MatchTestEvent{.tags = {{"host", "web1"}}}.make()) == no);
    CHECK(copy(MatchTestEvent{.level = Level::info, .tags = {{"host", "db2"}}}.make()) == no);
    CHECK(copy(MatchTestEvent{}.make()) == missing);
    CHECK(original(sample()) == yes);
}

TEST_CASE("match: its text need not live on") {
    std::string text = "\"host\" == 'db1' AND strHasPrefix(name(), 'c' + 'p')";
    const Match match{text};
    text.assign(text.size(), '?');
    CHECK(match(sample()) == yes);
}

}  // namespace
}  // namespace tocsin::core
