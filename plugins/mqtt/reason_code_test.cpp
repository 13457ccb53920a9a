#include "reason_code.hpp"

#include <doctest/doctest.h>

#include <set>

using mqtt::reason_in_words;
using mqtt::Verdict;
using mqtt::verdict_on_publish;

TEST_CASE("every code of the standard, and every other, has its verdict") {
    const std::set<int> rejected{0x81, 0x82, 0x87, 0x90, 0x95, 0x99, 0x9a, 0x9b};
    for (int code = 0; code <= 0xff; ++code) {
        INFO(reason_in_words(code));
        const auto expected = code < 0x80                 ? Verdict::delivered
                              : rejected.count(code) != 0 ? Verdict::rejected
                                                          : Verdict::retry;
        CHECK(verdict_on_publish(code) == expected);
    }
    CHECK(verdict_on_publish(-1) == Verdict::retry);
}

TEST_CASE("codes in words") {
    // Those the standard allows in PUBACK and PUBREC.
    CHECK(reason_in_words(0x00) == "success (0x00)");
    CHECK(reason_in_words(0x10) == "no matching subscribers (0x10)");
    CHECK(reason_in_words(0x80) == "unspecified error (0x80)");
    CHECK(reason_in_words(0x83) == "implementation specific error (0x83)");
    CHECK(reason_in_words(0x87) == "not authorized (0x87)");
    CHECK(reason_in_words(0x90) == "topic name invalid (0x90)");
    CHECK(reason_in_words(0x91) == "packet identifier in use (0x91)");
    CHECK(reason_in_words(0x97) == "quota exceeded (0x97)");
    CHECK(reason_in_words(0x99) == "payload format invalid (0x99)");
    CHECK(reason_in_words(0xa2) == "wildcard subscriptions not supported (0xa2)");
    CHECK(reason_in_words(0xff) == "reason code 0xff");
    CHECK(reason_in_words(0x87, "go away") == "not authorized (0x87), it says: go away");
    CHECK(reason_in_words(0x87, "") == "not authorized (0x87)");
}

TEST_CASE("codes of a DISCONNECT that no publish brought about") {
    const std::set<int> other{0x88, 0x89, 0x8b, 0x8d, 0x8e, 0x93, 0x96, 0x98, 0x9c, 0x9d, 0x9f, 0xa0};
    for (int code = 0; code <= 0xff; ++code) CHECK(mqtt::names_another_cause(code) == (other.count(code) != 0));
}

TEST_CASE("the standard has 43 reason codes") {
    int named = 0;
    for (int code = 0; code <= 0xff; ++code) named += reason_in_words(code).find("reason code") == 0 ? 0 : 1;
    CHECK(named == 43);
}
