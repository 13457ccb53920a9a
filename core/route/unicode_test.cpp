#include "route/unicode.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tocsin::core {
namespace {

TEST_CASE("unicode: case mappings") {
    struct Pair {
        int lower;
        int upper;
    };
    for (const Pair pair : {Pair{'a', 'A'}, Pair{'z', 'Z'}, Pair{0xe5, 0xc5}, Pair{0xff, 0x178}, Pair{0x101, 0x100},
                            Pair{0x3c3, 0x3a3}, Pair{0x44f, 0x42f}, Pair{0x1c6, 0x1c4}, Pair{0x10d0, 0x1c90},
                            Pair{0x10428, 0x10400}, Pair{0x1e943, 0x1e921}}) {
        CAPTURE(pair.lower);
        CHECK(upper_case(pair.lower) == pair.upper);
        CHECK(lower_case(pair.upper) == pair.lower);
        CHECK(upper_case(pair.upper) == pair.upper);
        CHECK(lower_case(pair.lower) == pair.lower);
    }
    for (const int caseless : {0, 0x31, 0x40, 0x5b, 0x60, 0x7b, 0x80, 0xd7, 0xf7, 0x4e00, 0x1f600, 0x10ffff, -1}) {
        CAPTURE(caseless);
        CHECK(upper_case(caseless) == caseless);
        CHECK(lower_case(caseless) == caseless);
    }
    CHECK(upper_case(0x131) == 'I');
    CHECK(lower_case(0x130) == 'i');
    CHECK(upper_case(0xdf) == 0xdf);
    CHECK(upper_case(0x3c2) == 0x3a3);
    CHECK(upper_case(0xb5) == 0x39c);
}

TEST_CASE("unicode: as many code points have case mappings as in the standard") {
    int raised = 0;
    int lowered = 0;
    for (int code_point = 0; code_point <= 0x10ffff; ++code_point) {
        raised += upper_case(code_point) != code_point ? 1 : 0;
        lowered += lower_case(code_point) != code_point ? 1 : 0;
    }
    CHECK(raised == 1450);
    CHECK(lowered == 1433);
}

TEST_CASE("unicode: white space") {
    int count = 0;
    for (int code_point = -1; code_point <= 0x10ffff; ++code_point) count += is_space(code_point) ? 1 : 0;
    CHECK(count == 25);
    for (const int space : {0x9, 0xd, 0x20, 0x85, 0xa0, 0x2000, 0x200a, 0x3000}) CHECK(is_space(space));
    for (const int other : {-1, 0, 0x8, 0xe, 0x1f, 0x200b, 0xfeff}) CHECK_FALSE(is_space(other));
}

TEST_CASE("unicode: what is appended reads back, in both directions") {
    for (const int code_point : {0, 0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff}) {
        CAPTURE(code_point);
        std::string text = "x";
        append_utf8(text, code_point);
        std::size_t at = 1;
        CHECK(next_code_point(text, at) == code_point);
        CHECK(at == text.size());
        std::size_t end = text.size();
        CHECK(previous_code_point(text, end) == code_point);
        CHECK(end == 1);
    }
    for (const int bad : {-1, 0xd800, 0xdfff, 0x110000}) {
        std::string text;
        append_utf8(text, bad);
        CHECK(text == "\xef\xbf\xbd");
    }
}

TEST_CASE("unicode: going back over what is not well-formed") {
    for (const std::string_view text : {"\x80", "\xc3", "a\xe2\x82", "\xc3\xa4\x80", "\xf0\x9f\x98"}) {
        CAPTURE(text.size());
        std::size_t end = text.size();
        CHECK(previous_code_point(text, end) == -1);
        CHECK(end == text.size() - 1);
    }
}

}  // namespace
}  // namespace tocsin::core
