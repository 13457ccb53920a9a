#include "config/source_text.hpp"

#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tocsin::core {
namespace {

using test::place;

/// Places counted from the start of the text, byte by byte.
std::string slow_place(std::string_view text, std::size_t offset) {
    int line = 1;
    int column = 1;
    for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++line;
            column = 1;
        } else if (i + 1 >= text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xc0) != 0x80) {
            ++column;
        }
    }
    return std::to_string(line) + ":" + std::to_string(column);
}

TEST_CASE("places count lines and code points from 1") {
    const SourceText source{"ab\nå𝄞c\r\n\nend", "shown.toml"};
    CHECK(place(source.at(0)) == "1:1");
    CHECK(place(source.at(2)) == "1:3");
    CHECK(place(source.at(3)) == "2:1");
    CHECK(place(source.at(5)) == "2:2");
    CHECK(place(source.at(9)) == "2:3");
    CHECK(place(source.at(12)) == "3:1");
    CHECK(place(source.at(13)) == "4:1");
    CHECK(place(source.at(16)) == "4:4");
    CHECK(place(source.at(1000)) == "4:4");
    CHECK(*source.at(0).file == "shown.toml");
    CHECK(source.whole().line == 0);
    CHECK(*source.whole().file == "shown.toml");
}

TEST_CASE("places and offsets agree over many blocks") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += i % 70 == 69 ? "\n" : i % 3 == 0 ? "ä" : i % 7 == 0 ? "€" : "x";
    const SourceText source{text, ""};
    for (std::size_t offset = 0; offset <= text.size(); ++offset) {
        const bool inside = offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80;
        if (inside) continue;
        CAPTURE(offset);
        const auto where = source.at(offset);
        CHECK(place(where) == slow_place(text, offset));
        CHECK(source.offset(static_cast<std::size_t>(where.line), static_cast<std::size_t>(where.column)) == offset);
    }
}

TEST_CASE("offsets of places that are not there stay inside the text") {
    const SourceText source{"ab\nc", ""};
    CHECK(source.offset(0, 0) == 0);
    CHECK(source.offset(1, 100) == 4);
    CHECK(source.offset(2, 2) == 4);
    CHECK(source.offset(9, 1) == 4);
    CHECK(SourceText{"", ""}.offset(1, 1) == 0);
    CHECK(place(SourceText{"", ""}.at(5)) == "1:1");
}

TEST_CASE("text that does not stand there is not verbatim") {
    const SourceText source{"one\n  two\n  three\n", ""};
    Node node;
    node.where = source.at(0);
    for (const char* text : {"onx", "one\ntwo", "one\n  two\n three", "one\n  two\n  three\n\n"}) {
        node.text = text;
        CAPTURE(std::string{text});
        source.place(node, 0);
        CHECK_FALSE(node.verbatim);
    }
    node.text = "one\ntwo";
    SourceText{"  one\n two\n", ""}.place(node, 2, 2);
    CHECK_FALSE(node.verbatim);
    node.text = "two\nthree";
    source.place(node, 6, 2);
    CHECK(node.verbatim);
    CHECK(place(node.at(0)) == "2:3");
    CHECK(place(node.at(4)) == "3:3");
    CHECK(place(node.at(100)) == "3:8");
}

}  // namespace
}  // namespace tocsin::core
