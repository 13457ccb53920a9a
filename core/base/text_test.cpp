#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tocsin::core;
using namespace std::string_view_literals;

namespace {

/// Straight from the definition: decode the bits of a lead byte's length, then exclude what is not allowed.
int reference_code_point(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const int length = at(0) < 0x80 ? 1 : (at(0) >> 5) == 6 ? 2 : (at(0) >> 4) == 14 ? 3 : (at(0) >> 3) == 30 ? 4 : 0;
    if (length == 0 || static_cast<std::size_t>(length) != bytes.size()) return -1;
    int code_point = length == 1 ? at(0) : at(0) & (0x7f >> length);
    for (int i = 1; i < length; ++i) {
        if ((at(static_cast<std::size_t>(i)) >> 6) != 2) return -1;
        code_point = code_point * 64 + (at(static_cast<std::size_t>(i)) & 63);
    }
    constexpr int lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code_point < lowest[length] || code_point > 0x10ffff) return -1;
    if (code_point >= 0xd800 && code_point <= 0xdfff) return -1;
    return code_point;
}

std::string utf8(unsigned code_point) {
    const auto byte = [](unsigned value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (code_point < 0x80) return {byte(code_point)};
    if (code_point < 0x800) return {byte(0xc0 | code_point >> 6), byte(0x80 | (code_point & 63))};
    if (code_point < 0x10000)
        return {byte(0xe0 | code_point >> 12), byte(0x80 | (code_point >> 6 & 63)), byte(0x80 | (code_point & 63))};
    return {byte(0xf0 | code_point >> 18), byte(0x80 | (code_point >> 12 & 63)), byte(0x80 | (code_point >> 6 & 63)),
            byte(0x80 | (code_point & 63))};
}

}  // namespace

TEST_CASE("next_code_point reads every code point and no surrogate") {
    int wrong = 0;
    for (unsigned code_point = 0; code_point <= 0x110400; ++code_point) {
        const auto text = utf8(code_point);
        const bool valid = code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
        std::size_t at = 0;
        const int read = next_code_point(text, at);
        if (read != (valid ? static_cast<int>(code_point) : -1)) ++wrong;
        if (at != (valid ? text.size() : 1)) ++wrong;
        if (is_utf8(text) != valid) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("next_code_point agrees with the definition for every pair and many triples and quadruples of bytes") {
    int wrong = 0;
    const auto compare = [&](const std::string& text) {
        std::size_t at = 0;
        const int read = next_code_point(text, at);
        if (at == text.size() ? read != reference_code_point(text) : reference_code_point(text) != -1) ++wrong;
    };
    const std::vector<unsigned> edges = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (unsigned a = 0; a < 256; ++a) {
        compare({static_cast<char>(a)});
        for (unsigned b = 0; b < 256; ++b) {
            compare({static_cast<char>(a), static_cast<char>(b)});
            for (const auto c : edges) {
                compare({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)});
                for (const auto d : edges)
                    compare({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)});
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("next_code_point goes on one byte behind what is not well-formed") {
    const auto text = "a\xe2\x82z\xf0\x9f\x94\x94\xe2\x82"sv;
    std::vector<int> read;
    for (std::size_t at = 0; at < text.size();) read.push_back(next_code_point(text, at));
    CHECK(read == std::vector<int>{'a', -1, -1, 'z', 0x1f514, -1, -1});

    std::size_t end = 1;
    CHECK(next_code_point("a", end) == -1);
    CHECK(end == 1);
}

TEST_CASE("is_utf8") {
    struct Case {
        std::string_view text;
        bool valid;
    };
    const Case cases[] = {
        {"", true},
        {"plain", true},
        {"\0"sv, true},
        {"åäö ✓ 🔔", true},
        {"\xc3", false},              // cut off
        {"\xe2\x9c", false},          // cut off
        {"\xf0\x9f\x94", false},      // cut off
        {"\xc0\x80", false},          // overlong NUL
        {"\xc1\xbf", false},          // overlong
        {"\xe0\x9f\xbf", false},      // overlong
        {"\xf0\x8f\xbf\xbf", false},  // overlong
        {"\xed\x9f\xbf", true},       // U+D7FF
        {"\xed\xa0\x80", false},      // U+D800
        {"\xed\xbf\xbf", false},      // U+DFFF
        {"\xee\x80\x80", true},       // U+E000
        {"\xf4\x8f\xbf\xbf", true},   // U+10FFFF
        {"\xf4\x90\x80\x80", false},  // U+110000
        {"\xf8\x88\x80\x80\x80", false},
        {"ok\x80", false},
        {"\xe5", false},  // Latin-1
    };
    for (const auto& c : cases) {
        CAPTURE(escaped(c.text));
        CHECK(is_utf8(c.text) == c.valid);
        // Wherever it stands in a longer text.
        for (std::size_t before = 0; before < 20; ++before)
            for (std::size_t after = 0; after < 20; ++after)
                CHECK(is_utf8(std::string(before, 'a') + std::string{c.text} + std::string(after, 'z')) == c.valid);
    }
}

TEST_CASE("escaped") {
    struct Case {
        std::string_view text;
        std::string_view expected;
    };
    const Case cases[] = {
        {"", ""},
        {"Reload sales (80 %) \"x\"", "Reload sales (80 %) \"x\""},
        {"LAB\\goran", R"(LAB\\goran)"},
        {"a\nb\rc\td", R"(a\nb\rc\td)"},
        {"\\n", R"(\\n)"},
        {"\x1b[31mred", R"(\x1b[31mred)"},
        {"\0\x01\x1f\x7f"sv, R"(\x00\x01\x1f\x7f)"},
        {"\xc2\x9b"
         "31m",
         R"(\xc2\x9b31m)"},
        {"\xc2\xa0", "\xc2\xa0"},
        {"åäö ✓ 🔔", "åäö ✓ 🔔"},
        {"\xe5\xe4", R"(\xe5\xe4)"},
        {"\xe2\x82z", R"(\xe2\x82z)"},
        {"a\u2028b\u202ec\u2066d", R"(a\xe2\x80\xa8b\xe2\x80\xaec\xe2\x81\xa6d)"},
        {"\u2027\u202f\u2065\u206a", "\u2027\u202f\u2065\u206a"},
    };
    for (const auto& c : cases) CHECK(escaped(c.text) == c.expected);
}

TEST_CASE("escaped gives one printable line for any byte") {
    for (int byte = 0; byte < 256; ++byte) {
        const auto out = escaped(std::string(1, static_cast<char>(byte)));
        for (const char c : out) CHECK((c >= 0x20 && c < 0x7f));
    }
}
