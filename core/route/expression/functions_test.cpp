#include "route/expression/functions.hpp"

#include "route/expression/call_check.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tocsin::core {
namespace {

TEST_CASE("functions: searching counts bytes") {
    check_calls({
        {"åäö", "strLength($) == 6"},
        {"", "strLength($) == 0"},
        {"seafood", "strContains($, 'foo')"},
        {"seafood", "!strContains($, 'bar')"},
        {"seafood", "strContains($, '')"},
        {"", "strContains($, '')"},
        {"", "!strContains($, 'a')"},
        {"team", "!strContainsAny($, 'i')"},
        {"fail", "strContainsAny($, 'ui')"},
        {"fail", "!strContainsAny($, '')"},
        {"", "!strContainsAny($, 'a')"},
        // ä and ö begin with the same byte.
        {"ä", "!strContainsAny($, 'ö')"},
        {"xö", "strContainsAny($, 'åö')"},
        {"cheese", "strCount($, 'e') == 3"},
        {"five", "strCount($, '') == 5"},
        {"åäö", "strCount($, '') == 4"},
        {"aaaa", "strCount($, 'aa') == 2"},
        {"", "strCount($, '') == 1"},
        {"", "strCount($, 'a') == 0"},
        {"db1", "strHasPrefix($, 'db')"},
        {"db1", "!strHasPrefix($, 'db12')"},
        {"db1", "strHasPrefix($, '')"},
        {"db1", "strHasSuffix($, '1')"},
        {"db1", "!strHasSuffix($, 'db')"},
        {"chicken", "strIndex($, 'ken') == 4"},
        {"chicken", "strIndex($, 'dmr') == -1"},
        {"chicken", "strIndex($, '') == 0"},
        {"åäö", "strIndex($, 'ö') == 4"},
        {"chicken", "strIndexAny($, 'aeiouy') == 2"},
        {"crwth", "strIndexAny($, 'aeiouy') == -1"},
        {"Malmö", "strIndexAny($, 'äö') == 4"},
        {"chicken", "strIndexAny($, '') == -1"},
        {"go gopher", "strLastIndex($, 'go') == 3"},
        {"go gopher", "strLastIndex($, 'rodent') == -1"},
        {"go gopher", "strLastIndex($, '') == 9"},
        {"aaa", "strLastIndex($, 'aa') == 1"},
        {"golang", "strLastIndexAny($, 'go') == 5"},
        {"golang", "strLastIndexAny($, 'xyz') == -1"},
        {"öböc", "strLastIndexAny($, 'äö') == 3"},
    });
}

TEST_CASE("functions: replacing and cutting") {
    check_calls({
        {"oink oink oink", "strReplace($, 'k', 'ky', 2) == 'oinky oinky oink'"},
        {"oink oink oink", "strReplace($, 'oink', 'moo', -1) == 'moo moo moo'"},
        {"oink", "strReplace($, 'oink', 'moo', 0) == 'oink'"},
        {"oink", "strReplace($, 'x', 'y', -1) == 'oink'"},
        {"aaa", "strReplace($, 'aa', 'b', -1) == 'ba'"},
        {"åb", "strReplace($, '', '-', -1) == '-å-b-'"},
        {"åb", "strReplace($, '', '-', 2) == '-å-b'"},
        {"", "strReplace($, '', '-', -1) == '-'"},
        {"abc", "strReplace($, 'b', '', 9) == 'ac'"},
        {"abc", "strSubstring($, 0, 2) == 'ab'"},
        {"abc", "strSubstring($, 1, 3) == 'bc'"},
        {"abc", "strSubstring($, 3, 3) == ''"},
        {"abc", "strSubstring($, 0, 0) == ''"},
        {"åäö", "strSubstring($, 2, 4) == 'ä'"},
        {"åäö", "strLength(strSubstring($, 0, 1)) == 1"},
    });
}

TEST_CASE("functions: case") {
    check_calls({
        {"Gopher", "strToLower($) == 'gopher'"},
        {"Gopher", "strToUpper($) == 'GOPHER'"},
        {"ÅÄÖ É ß", "strToLower($) == 'åäö é ß'"},
        {"åäö é ß", "strToUpper($) == 'ÅÄÖ É ß'"},
        {"ÿ ǆ ς я", "strToUpper($) == 'Ÿ Ǆ Σ Я'"},
        {"", "strToUpper($) == ''"},
        {"123", "strToUpper($) == '123'"},
        // Half a character becomes U+FFFD.
        {"aå", "strToUpper(strSubstring($, 0, 2)) == 'A\xef\xbf\xbd'"},
    });
}

TEST_CASE("functions: trimming") {
    check_calls({
        {" !!! Achtung! Achtung! !!! ", "strTrim($, '! ') == 'Achtung! Achtung'"},
        {"xxhixx", "strTrimLeft($, 'x') == 'hixx'"},
        {"xxhixx", "strTrimRight($, 'x') == 'xxhi'"},
        {"xxhixx", "strTrim($, '') == 'xxhixx'"},
        {"xxxx", "strTrim($, 'x') == ''"},
        {"åähiöå", "strTrim($, 'öå') == 'ähi'"},
        {" \t\n a b \r\n", "strTrimSpace($) == 'a b'"},
        {"\xc2\xa0\xe3\x80\x80x\xe2\x80\x89", "strTrimSpace($) == 'x'"},
        {"Goodbye!!", "strTrimPrefix($, 'Good') == 'bye!!'"},
        {"Goodbye!!", "strTrimPrefix($, 'bye') == 'Goodbye!!'"},
        {"Goodbye!!", "strTrimSuffix($, '!') == 'Goodbye!'"},
        {"Goodbye!!", "strTrimSuffix($, 'Good') == 'Goodbye!!'"},
    });
}

TEST_CASE("functions: regexReplace works as Go's ReplaceAllString") {
    check_calls({
        {"-ab-axxb-", "regexReplace(/a(x*)b/, $, 'T') == '-T-T-'"},
        {"-ab-axxb-", "regexReplace(/a(x*)b/, $, '$$1') == '-$1-$1-'"},
        {"-ab-axxb-", "regexReplace(/a(x*)b/, $, '${1}W') == '-W-xxW-'"},
        {"-ab-axxb-", "regexReplace(/a(?P<x>x*)b/, $, '${x}') == '--xx-'"},
        {"seafood", "regexReplace(/foo/, $, '') == 'sead'"},
    });
}

TEST_CASE("functions: each is found by its name and takes what it says") {
    for (const std::string& name : expression::function_names()) {
        CAPTURE(name);
        CHECK_FALSE(expression::find_functions(name).empty());
    }
    CHECK(expression::find_functions("strcontains").empty());
    CHECK(expression::function_names().size() == 86);
}

}  // namespace
}  // namespace tocsin::core
