#include "base/json_string.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace tocsin::core;
using namespace std::string_view_literals;

TEST_CASE("JSON strings as JavaScript and as Go write them") {
    struct Case {
        std::string_view text;
        std::string_view javascript;
        std::string_view go;
    };
    const Case cases[] = {
        {"", R"("")", R"("")"},
        {"Reload sales", R"("Reload sales")", R"("Reload sales")"},
        {"LAB\\goran", R"("LAB\\goran")", R"("LAB\\goran")"},
        {"say \"hi\"", R"("say \"hi\"")", R"("say \"hi\"")"},
        {"a/b", R"("a/b")", R"("a/b")"},
        {"\b\f\n\r\t", R"("\b\f\n\r\t")", R"("\b\f\n\r\t")"},
        {"\0\x01\x0b\x1b\x1f"sv, R"("\u0000\u0001\u000b\u001b\u001f")", R"("\u0000\u0001\u000b\u001b\u001f")"},
        {"\x7f", "\"\x7f\"", "\"\x7f\""},
        {"<a href='x'>&</a>", R"("<a href='x'>&</a>")", R"("\u003ca href='x'\u003e\u0026\u003c/a\u003e")"},
        {"åäö ✓ 🔔", R"("åäö ✓ 🔔")", R"("åäö ✓ 🔔")"},
        {"\u2027\u2028\u2029\u202a", "\"\u2027\u2028\u2029\u202a\"", "\"\u2027\\u2028\\u2029\u202a\""},
        {"\u0080\ufffd", "\"\u0080\ufffd\"", "\"\u0080\ufffd\""},
        {"f\xf6r", "\"f\ufffdr\"", R"("f\ufffdr")"},
        {"\xe2\x82", "\"\ufffd\ufffd\"", R"("\ufffd\ufffd")"},
        {"\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\"", R"("\ufffd\ufffd\ufffd")"},
        {"\"end", R"("\"end")", R"("\"end")"},
        {"end\"", R"("end\"")", R"("end\"")"},
    };
    for (const auto& c : cases) {
        std::string out = "x";
        append_json_string(out, c.text);
        CHECK(out == "x" + std::string{c.javascript});
        out.clear();
        append_go_json_string(out, c.text);
        CHECK(out == c.go);
    }
}
