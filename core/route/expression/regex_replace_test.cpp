#include "route/expression/regex_replace.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <string>
#include <string_view>

namespace tocsin::core::expression {
namespace {

constexpr auto unchanged = RegexReplacement::Result::unchanged;

struct Case {
    const char* pattern;
    std::string_view text;
    std::string_view replacement;
    std::string_view result;
};

TEST_CASE("regex_replace: what Go's ReplaceAllString gives") {
    for (const Case& expected : {
             Case{"a", "banana", "x", "bxnxnx"},
             Case{"x", "banana", "y", "banana"},
             Case{"", "", "x", "x"},
             Case{"", "abc", "-", "-a-b-c-"},
             Case{"", "å", "-", "-å-"},
             Case{"b*", "abc", "-", "-a-c-"},
             Case{"a*", "baaac", "x", "xbxcx"},
             Case{"^", "ab", "x", "xab"},
             Case{"$", "ab", "x", "abx"},
             Case{"^a", "aaa", "x", "xaa"},
             Case{"\\b", "go up", "|", "|go| |up|"},
             Case{"(a)(b)?", "ac", "[$1|$2]", "[a|]c"},
             Case{"(\\w)(\\w)", "abcd", "$2$1", "badc"},
             Case{"(\\w)(\\w)", "abcd", "${2}${1}", "badc"},
             Case{"(\\w)", "ab", "$1x", ""},
             Case{"(\\w)", "ab", "$1-", "a-b-"},
             Case{"(?P<first>\\w)", "ab", "<$first>", "<a><b>"},
             Case{"(?P<first>\\w)", "ab", "<${first}>", "<a><b>"},
             Case{"a", "a", "$0$0", "aa"},
             Case{"a", "a", "${0}1", "a1"},
             Case{"a", "a", "$9", ""},
             Case{"a", "a", "$99999999999999999999", ""},
             Case{"(a)", "a", "$01", ""},
             Case{"a", "a", "$nothing", ""},
             Case{"a", "a", "$$", "$"},
             Case{"a", "a", "$$1", "$1"},
             Case{"a", "a", "$", "$"},
             Case{"a", "a", "${", "${"},
             Case{"a", "a", "${}", "${}"},
             Case{"a", "a", "${1", "${1"},
             Case{"a", "a", "$-", "$-"},
             Case{"a", "a", "\\1", "\\1"},
         }) {
        CAPTURE(expected.pattern);
        CAPTURE(expected.text);
        CAPTURE(expected.replacement);
        std::string out;
        const re2::RE2 regex{expected.pattern};
        if (RegexReplacement{regex, expected.replacement}.apply(expected.text, 1000, out) == unchanged) {
            CHECK(out.empty());
            out = expected.text;
        }
        CHECK(out == expected.result);
    }
}

TEST_CASE("regex_replace: stops at the limit") {
    std::string out;
    const re2::RE2 a{"a"};
    CHECK(RegexReplacement{a, "bb"}.apply("aaa", 6, out) == RegexReplacement::Result::replaced);
    CHECK(out == "bbbbbb");
    out.clear();
    CHECK(RegexReplacement{a, "bb"}.apply("aaa", 5, out) == RegexReplacement::Result::too_long);
    CHECK(out.size() <= 5);
    out.clear();
    const re2::RE2 x{"x"};
    CHECK(RegexReplacement{x, ""}.apply("aaa", 2, out) == unchanged);
    CHECK(RegexReplacement{x, ""}.apply("aax", 1, out) == RegexReplacement::Result::too_long);
}

}  // namespace
}  // namespace tocsin::core::expression
