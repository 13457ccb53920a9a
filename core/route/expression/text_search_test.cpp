#include "route/expression/text_search.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tocsin::core::expression {
namespace {

TEST_CASE("text_search: long texts are found where short ones are") {
    for (const std::size_t size : {1u, 2u, 63u, 64u, 65u, 66u, 1000u}) {
        CAPTURE(size);
        const std::string wanted = std::string(size - 1, 'a') + 'b';
        const std::string text = std::string(size, 'a') + wanted + wanted + std::string(size, 'a');
        CHECK(find_first(text, wanted) == size);
        CHECK(find_first(text, wanted, size + 1) == 2 * size);
        CHECK(find_first(text, wanted, 2 * size + 1) == npos);
        CHECK(find_last(text, wanted) == 2 * size);
        CHECK(count(text, wanted) == 2);
        CHECK(find_first(text, wanted + 'c') == npos);
        CHECK(find_last(text, wanted + 'c') == npos);
        CHECK(find_first("", wanted) == npos);
        CHECK(find_last("", wanted) == npos);
    }
    const std::string many(1000, 'a');
    CHECK(find_last(many, std::string(100, 'a')) == 900);
    CHECK(count(many, std::string(100, 'a')) == 10);
}

// A search that takes the product of both sizes would need minutes for this.
TEST_CASE("text_search: hostile texts take no longer") {
    const std::string text(4'000'000, 'a');
    const std::string half(2'000'000, 'a');
    CHECK(find_first(text, half + 'b') == npos);
    CHECK(find_first(text, 'b' + half) == npos);
    CHECK(find_last(text, half + 'b') == npos);
    CHECK(find_last(text, 'b' + half) == npos);
    CHECK(count(text, half + 'b') == 0);

    std::string runes;
    for (int i = 0; i < 300'000; ++i) runes += "\xe4\xb8\x80";
    const RuneSet set{runes};
    std::string others;
    for (int i = 0; i < 300'000; ++i) others += "\xe4\xb8\x81";
    CHECK(set.find_first_in(others) == npos);
    CHECK(set.find_last_in(others) == npos);
    CHECK(set.find_last_in(runes) == runes.size() - 3);
}

TEST_CASE("text_search: bytes that are no UTF-8 are all alike") {
    const RuneSet set{"\xff"};
    CHECK(set.contains(-1));
    CHECK(set.contains(0xfffd));
    CHECK_FALSE(set.contains('x'));
    CHECK(set.find_first_in("ab\x80"
                            "c") == 2);
    CHECK(set.find_last_in("\xef\xbf\xbd"
                           "ab") == 0);
    CHECK(count("\xff\xfe", "") == 3);
}

}  // namespace
}  // namespace tocsin::core::expression
