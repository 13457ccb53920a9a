#include "route/match.hpp"

#include "base/text_error.hpp"
#include "route/match_test_event.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

struct Mistaken {
    std::string_view text;
    std::size_t offset;
    std::string_view told;  // a part of what is told
};

void check(std::initializer_list<Mistaken> cases) {
    for (const Mistaken& expected : cases) {
        CAPTURE(expected.text);
        try {
            Match{expected.text};
            FAIL_CHECK("accepted");
        } catch (const TextError& error) {
            const std::string_view told = error.what();
            CAPTURE(told);
            CHECK(error.offset() == expected.offset);
            CHECK(told.find(expected.told) != std::string_view::npos);
        }
    }
}

TEST_CASE("match mistakes: types") {
    check({
        {"level() == 'CRITICAL'", 8, "== cannot compare a level with a string; levels are OK, INFO, WARNING and"},
        {"'CRITICAL' == level()", 11, "cannot compare a string with a level"},
        {"1 == 'a'", 2, "cannot compare an integer with a string"},
        {"\"tag\" > 5", 6, "> cannot compare a string with an integer"},
        {"level() + 1", 8, "+ cannot combine a level and an integer"},
        {"level() == 1.0", 8, "cannot compare a level with a float"},
        {"OK + 1 == 1", 3, "+ cannot combine"},
        {"level() == 4", 11, "0 (OK) to 3 (CRITICAL)"},
        {"-1 < level()", 0, "0 (OK) to 3 (CRITICAL)"},
        {"changed() == 'TRUE'", 10, "cannot compare a boolean with a string"},
        {"changed() == 1", 10, "cannot compare a boolean with an integer"},
        {"changed() > FALSE", 10, "cannot compare a boolean with a boolean"},
        {"1 < 2 < 3", 6, "cannot compare a boolean with an integer"},
        {"1 + 1.5 == 2.5", 2, "+ cannot combine an integer and a float; write both as floats"},
        {"1.5 % 1.0 == 0.5", 4, "% cannot combine"},
        {"1 / 5m == 0", 2, "/ cannot combine an integer and a duration"},
        {"5m * 5m == 1h", 3, "* cannot combine"},
        {"5m + 5 == 10m", 3, "+ cannot combine a duration and an integer"},
        {"5m == 300", 3, "cannot compare a duration with an integer"},
        {"'a' - 'b' == ''", 4, "- cannot combine a string and a string"},
        {"'a' * 2 == 'aa'", 4, "* cannot combine"},
        {"/a/ == /a/", 4, "cannot compare a regular expression with"},
        {"\"host\" =~ 'db'", 10, "=~ wants a regular expression such as /^db/ on its right, but this is a string"},
        {"5 !~ /5/", 0, "!~ wants a string on its left, but this is an integer"},
        {"/db/ =~ \"host\"", 0, "wants a string on its left"},
        {"\"host\" == /db/", 7, "cannot compare a string with a regular expression"},
        {"!\"host\" == 'a'", 0, "! is followed by a string"},
        {"TRUE AND !level() == OK", 9, "! is followed by a level"},
        {"-\"host\" == 'a'", 0, "- is followed by a string"},
        {"-TRUE", 0, "- is followed by a boolean"},
        {"\"host\" AND TRUE", 0, "AND wants a boolean on each side, but this is a string"},
        {"TRUE AND \"host\"", 9, "AND wants a boolean"},
        {"FALSE OR (1 + 1)", 9, "OR wants a boolean on each side, but this is an integer"},
        {"TRUE OR level()", 8, "but this is a level"},
    });
}

TEST_CASE("match mistakes: the whole is no condition") {
    check({
        {"level()", 0, "a match is true or false, but this is a level"},
        {" 'yes'", 1, "this is a string"},
        {"(\"host\")", 0, "this is a string"},
        {"1 + 1", 0, "this is an integer"},
        {"1.5", 0, "this is a float"},
        {"5m", 0, "this is a duration"},
        {"/a/", 0, "this is a regular expression"},
    });
}

TEST_CASE("match mistakes: names") {
    check({
        {"levl() == OK", 0, "unknown function \"levl\" (did you mean \"level\"?)"},
        {"TRUE AND Level() == OK", 9, "(did you mean \"level\"?)"},
        {"tasName() == ''", 0, "(did you mean \"taskName\"?)"},
        {"ispresent(\"host\")", 0, "(did you mean \"isPresent\"?)"},
        {"strcontains('a', 'b')", 0, "(did you mean \"strContains\"?)"},
        {"TRUE OR frobnicate(1)", 8, "unknown function \"frobnicate\""},
        {"level == OK", 0, "level is a function: write level()"},
        {"level() == CRTICAL", 11, "unknown name \"CRTICAL\" (did you mean \"CRITICAL\"?)"},
        {"level() == critical", 11, "(did you mean \"CRITICAL\"?)"},
        {"changed() == true", 13, "(did you mean \"TRUE\"?)"},
        {"hostname == 'a'", 0, "unknown name \"hostname\"; tags are written in double quotes"},
        {"lambda: level() == OK", 0, "leave out \"lambda:\""},
        {"  lambda : TRUE", 2, "leave out \"lambda:\""},
        {"\"\" == 'a'", 0, "the name of the tag is empty"},
        {"isPresent(\"\")", 10, "the name of the tag is empty"},
    });
}

TEST_CASE("match mistakes: arguments") {
    check({
        {"level(1) == OK", 0, "level takes no arguments, not 1"},
        {"strLength() == 0", 0, "strLength takes 1 argument, not 0"},
        {"TRUE AND strContains('a')", 9, "strContains takes 2 arguments, not 1"},
        {"strContains('a', 'b', 'c')", 0, "strContains takes 2 arguments, not 3"},
        {"strContains(\"host\", 5)", 20, "argument 2 of strContains is an integer but has to be a string"},
        {"strContains(level(), 'a')", 12, "argument 1 of strContains is a level"},
        {"strReplace('a', 'b', 'c', 1.0) == ''", 26, "argument 4 of strReplace is a float but has to be an integer"},
        {"regexReplace('a', 'b', 'c') == ''", 13, "argument 1 of regexReplace is a string"},
        {"alertDuration(1) > 5m", 0, "alertDuration takes no arguments, not 1"},
        {"duration(1) > 5m", 9, "argument 1 of duration is an integer but has to be a duration or a string"},
        {"duration(1, 2) > 5m", 12, "argument 2 of duration is an integer but has to be a duration"},
        {"duration(1, 1s, 1) > 5m", 0, "duration takes no, 1 or 2 arguments, not 3"},
        {"int(5m) > 1", 4,
         "argument 1 of int is a duration but has to be a boolean, a string, an integer, a float or a level; divide "
         "it"},
        {"bool(level())", 5, "argument 1 of bool is a level but has to be a boolean, a string, an integer or a float"},
        {"float(now()) > 1.0", 6, "argument 1 of float is a time"},
        {"abs(1) == 1.0", 4, "argument 1 of abs is an integer but has to be a float; write it with a point, as in 2.0"},
        {"abs(strLength(\"host\")) > 1.0", 4, "but has to be a float; write float(...)"},
        {"sqrt(\"value\") > 1.0", 5, "argument 1 of sqrt is a string but has to be a float; write float(...)"},
        {"max(1.0, 2) > 1.0", 9, "argument 2 of max is an integer"},
        {"humanBytes(level()) == ''", 11, "has to be an integer or a float; write int(...)"},
        {"hour() == 5", 0, "hour takes 1 argument, not 0"},
        {"hour(5) == 5", 5, "argument 1 of hour is an integer but has to be a time"},
        {"now() == now()", 6, "cannot compare a time with a time"},
        {"now() - 5m == now()", 6, "cannot combine a time and a duration"},
        {"rand(1.0) == 0", 5, "argument 1 of rand is a float but has to be an integer"},
        {"rand(0) == 0", 0, "rand wants a limit above 0"},
        {"sigma(1) > 2.0", 6, "argument 1 of sigma is an integer but has to be a float"},
        {"if(TRUE)", 0, "if takes 3 arguments"},
        {"if()", 0, "if takes 3 arguments"},
        {"if(TRUE, 1) == 1", 0, "if takes 3 arguments"},
        {"if(TRUE, 1, 2, 3) == 1", 0, "if takes 3 arguments"},
        {"if(1, 1, 2) == 1", 3, "argument 1 of if is an integer but has to be a boolean"},
        {"if(TRUE, 1, 2.0) == 1", 12,
         "both results of if have to be of one type, but these are an integer and a float"},
        {"if(TRUE 1, 2) == 1", 8, "expected an operator or ), not 1"},
        {"if == 1", 0, "if is a function: write if()"},
        {"iff(TRUE, 1, 2) == 1", 0, "(did you mean \"if\"?)"},
        {"squrt(4.0) == 2.0", 0, "(did you mean \"sqrt\"?)"},
        {"isPresent('host')", 10, "isPresent wants a tag"},
        {"isPresent()", 10, "isPresent wants a tag"},
        {"isPresent(\"a\", \"b\")", 13, "one tag and nothing else"},
        {"isPresent(\"a\" + 'b')", 14, "one tag and nothing else"},
    });
}

TEST_CASE("match mistakes: syntax") {
    check({
        {"level() ==", 10, "expected a value, not the end"},
        {"// nothing but a comment", 24, "expected a value, not the end"},
        {"== OK", 0, "expected a value, not =="},
        {"* 2 == 4", 0, "expected a value, not *"},
        {"AND TRUE", 0, "expected a value, not AND"},
        {"()", 1, "expected a value, not )"},
        {"(TRUE", 0, "the parenthesis is not closed"},
        {"((TRUE)", 0, "the parenthesis is not closed"},
        {"TRUE)", 4, "expected an operator or the end, not )"},
        {"(TRUE FALSE)", 6, "expected an operator or ), not FALSE"},
        {"TRUE FALSE", 5, "expected an operator or the end, not FALSE"},
        {"TRUE and FALSE", 5, "not and (did you mean \"AND\"?)"},
        {"TRUE or FALSE", 5, "(did you mean \"OR\"?)"},
        {"TRUE ! FALSE", 5, "expected an operator or the end, not !"},
        {"strLength('a' == 1", 14, "== cannot compare"},
        {"strLength('a' + 'b'", 19, "expected an operator or ), not the end"},
        {"strLength('a'", 13, "expected an operator or ), not the end"},
        {"strLength('a' 'b') == 1", 14, "expected an operator or ), not 'b'"},
        {"strLength(,) == 1", 10, "expected a value, not ,"},
        {"TRUE && FALSE", 5, "write AND instead of &&"},
        {"TRUE || FALSE", 5, "write OR instead of ||"},
        {"\"host\" = 'a'", 7, "write == instead of ="},
        {"TRUE; FALSE", 4, "unexpected character \";\""},
        {"TRUE \xe2\x80\x9chost\xe2\x80\x9d", 5, "unexpected character \"\xe2\x80\x9c\""},
        {"TRUE \xff", 5, "unexpected character \"\\xff\""},
        {"TRUE\n\x1b[0m", 5, "unexpected character \"\\x1b\""},
        {std::string_view{"TRUE\0", 5}, 4, "unexpected character \"\\x00\""},
    });
}

TEST_CASE("match mistakes: literals") {
    check({
        {"name() == 'cpu", 10, "the string is not closed with '"},
        {"name() == 'cpu\\'", 10, "the string is not closed with '"},
        {"'\\\\' == 'a'", 9, "expected an operator or the end, not a"},
        {"name() == '''cpu''", 10, "the string is not closed with '''"},
        {"\"host == 'a'", 0, "the tag is not closed with \""},
        {"\"host\" =~ /db", 10, "the regular expression is not closed with /"},
        {"\"host\" =~ /d(b/", 10, "missing ): d(b"},
        {"\"host\" =~ /(?=a)/", 10, "invalid regular expression"},
        {"\"host\" =~ /a{2000}/", 10, "invalid regular expression"},
        {"08 == 8", 0, "08 begins with 0 and is no octal number"},
        {"1 == 9223372036854775808", 5, "9223372036854775808 is too large"},
        {"1 == 1.2.3", 8, "one decimal point"},
        {"1 == 1e5", 5, "1e5 is neither a number nor a duration"},
        {"1 == 0x10", 5, "0x10 is neither a number nor a duration"},
        {"1h30m == 90m", 0, "1h30m is neither a number nor a duration; durations are written 10s, 5m, 1h + 30m"},
        {"1.5h == 90m", 0, "1.5h is neither"},
        {"5ns > 1s", 0, "5ns is neither"},
        {"1s < 99999999999w", 5, "99999999999w is too long"},
    });
}

TEST_CASE("match mistakes: what fails whatever the event is") {
    check({
        {"1 / 0 == 1", 2, "division by zero"},
        {"1 % 0 == 1", 2, "division by zero"},
        {"1 / (2 - 2) == 1", 2, "division by zero"},
        {"strLength(\"host\") / 0 == 1", 18, "division by zero"},
        {"strLength(\"host\") % (1 - 1) == 1", 18, "division by zero"},
        {"1h / 0 == 1h", 3, "division by zero"},
        {"1h / 0s == 1", 3, "division by zero"},
        {"1h / 0.0 == 1h", 3, "division by zero"},
        {"FALSE AND 1 / 0 == 1", 12, "division by zero"},
        {"1w * 1000000000000.0 == 1h", 3, "the result is no duration"},
        {"strSubstring('abc', -1, 2) == 'a'", 0, "the positions are not in the text"},
        {"strSubstring('abc', 0, 4) == 'a'", 0, "the positions are not in the text"},
    });
}

TEST_CASE("match mistakes: limits") {
    const auto at = [](const std::string& text) -> std::size_t {
        try {
            Match{text};
        } catch (const TextError& error) {
            return error.offset();
        }
        return std::string::npos;
    };
    CHECK(at(std::string(200, '(') + "TRUE" + std::string(200, ')')) == 200);
    CHECK(at(std::string(50'000, '(')) == 200);
    CHECK(at(std::string(50'000, '!') + "TRUE") == 200);
    CHECK(at("TRUE" + std::string(65'532, ' ')) == std::string::npos);
    CHECK(at("TRUE" + std::string(65'533, ' ')) == 65'536);
    CHECK(at("TRUE//" + std::string(70'000, 'x')) == 65'536);

    std::string blow_up = "strReplace('" + std::string(1000, 'a') + "', 'a', '" + std::string(1000, 'b') + "', -1)";
    CHECK(at("strLength(" + blow_up + ") == 1000000") == std::string::npos);
    std::string many = blow_up + " == ''";
    for (int i = 0; i < 20; ++i) many += " OR " + blow_up + " == ''";
    CHECK(at(many) < many.size());

    // Each round leaves five values on the stack that wait for the rest.
    const auto waiting = [](int rounds) {
        std::string text;
        for (int i = 0; i < rounds; ++i) text += "strReplace(\"a\", \"a\", \"a\", 1 + 2 * strLength(";
        text += "\"a\"";
        for (int i = 0; i < rounds; ++i) text += "))";
        return text + " == ''";
    };
    CHECK(at(waiting(51)) == std::string::npos);
    CHECK(at(waiting(52)) != std::string::npos);
}

}  // namespace
}  // namespace tocsin::core
