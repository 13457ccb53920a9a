#include "text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace task_log;

TEST_CASE("comparing without case") {
    CHECK(equals_ignoring_case("/Scheduler-TASK/", "/scheduler-task/"));
    CHECK(equals_ignoring_case("", ""));
    CHECK_FALSE(equals_ignoring_case("/scheduler-task", "/scheduler-task/"));
    CHECK_FALSE(equals_ignoring_case("\xc3\x84", "\xc3\xa4"));
    CHECK_FALSE(equals_ignoring_case("[", "{"));
}

TEST_CASE("GUIDs") {
    CHECK(is_guid("7552d9fc-d1bb-4975-9a38-18357de531ea"));
    CHECK(is_guid("7552D9FC-D1BB-4975-9A38-18357DE531EA"));
    CHECK(is_guid("00000000-0000-0000-0000-000000000000"));
    for (const auto* wrong : {"", "7552d9fc-d1bb-4975-9a38-18357de531e", "7552d9fc-d1bb-4975-9a38-18357de531eaa",
                              "7552d9fcd-1bb-4975-9a38-18357de531ea", "7552d9fc-d1bb-4975-9a38-18357de531eg",
                              "{552d9fc-d1bb-4975-9a38-18357de531e}", "7552d9fc-d1bb-4975-9a38-18357de531-a",
                              "------------------------------------"}) {
        CAPTURE(wrong);
        CHECK_FALSE(is_guid(wrong));
    }
}

TEST_CASE("cleaning a text") {
    struct Case {
        std::string text;
        std::size_t limit;
        std::string clean;
    };
    const Case cases[] = {
        {"", 3, ""},
        {"abc", 3, "abc"},
        {"abcd", 3, "abc"},
        {"a\r\nb\tc", 10, "abc"},
        {std::string{"a\0b", 3}, 10, "ab"},
        {"\x1b[31mred\x7f", 10, "[31mred"},
        {"\x01\x02\x03", 10, ""},
        {"a\x01\x01\x01"
         "bc",
         2, "ab"},
        {"\xc3\xa5\xc3\xa4\xc3\xb6", 2, "\xc3\xa5\xc3\xa4"},
        {"\xe2\x82\xac\xe2\x82\xac", 1, "\xe2\x82\xac"},
        {"\xf0\x9f\x98\x80x", 1, "\xf0\x9f\x98\x80"},
        {"\xff\xfe\xfd", 2, "\xff\xfe"},
        {"\x80\x80\x80", 2, "\x80\x80"},
        {"\xe2\x82", 1, "\xe2"},
        {"\xc3", 5, "\xc3"},
        {"\xc2\x85 stays", 100, "\xc2\x85 stays"},
        {"\xc3\n\xa5", 5, "\xc3\xa5"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        Cleaner cleaner;
        cleaner.reset(each.text);
        CHECK(cleaner.clean(each.text, each.limit) == each.clean);
    }
}

TEST_CASE("a fit text is not copied and earlier results stay") {
    const std::string text = "fit;un\nfit;\\\\two\x01\\\\";
    Cleaner cleaner;
    cleaner.reset(text);
    const auto fit = cleaner.clean(std::string_view{text}.substr(0, 3), 500);
    CHECK(fit.data() == text.data());
    const auto unfit = cleaner.clean(std::string_view{text}.substr(4, 6), 500);
    const auto user = cleaner.collapse_backslashes(cleaner.clean(std::string_view{text}.substr(11), 500));
    CHECK(unfit == "unfit");
    CHECK(user == R"(\two\)");
}

TEST_CASE("pairs of backslashes") {
    Cleaner cleaner;
    const auto collapsed = [&](std::string_view text) {
        cleaner.reset(text);
        return std::string{cleaner.collapse_backslashes(text)};
    };
    CHECK(collapsed(R"(LAB\goran)") == R"(LAB\goran)");
    CHECK(collapsed(R"(LAB\\goran)") == R"(LAB\goran)");
    CHECK(collapsed(R"(a\\\b)") == R"(a\\b)");
    CHECK(collapsed(R"(\\\\)") == R"(\\)");
    CHECK(collapsed(R"(\)") == R"(\)");
    CHECK(collapsed("") == "");
}

TEST_CASE("bytes that are no UTF-8 become ISO 8859-1, the others stay") {
    const std::pair<std::string, std::string> table[]{
        {"", ""},
        {"plain", "plain"},
        {"g\xc3\xb6ran", "g\xc3\xb6ran"},
        {"g\xf6ran", "g\xc3\xb6ran"},
        {"\x80\xbf\xff", "\xc2\x80\xc2\xbf\xc3\xbf"},
        {"\xc3", "\xc3\x83"},
        {"\xe2\x82\xac\xe2\x82", "\xe2\x82\xac\xc3\xa2\xc2\x82"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xc0\x80", "\xc3\x80\xc2\x80"},                          // longer than needed
        {"\xe0\x80\x80", "\xc3\xa0\xc2\x80\xc2\x80"},              // the same
        {"\xed\xa0\x80", "\xc3\xad\xc2\xa0\xc2\x80"},              // a surrogate
        {"\xf4\x90\x80\x80", "\xc3\xb4\xc2\x90\xc2\x80\xc2\x80"},  // beyond U+10FFFF
    };
    for (auto [text, made] : table) {
        make_utf8(text);
        CHECK(text == made);
    }
}
