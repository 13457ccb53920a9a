#include "route/gotemplate/characters.hpp"

#include "route/unicode.hpp"

#include <re2/re2.h>

#include <string>

namespace tocsin::core::gotemplate {
namespace {

bool matches(const re2::RE2& set, int code_point) {
    if (code_point < 0) return false;
    std::string text;
    append_utf8(text, code_point);
    return re2::RE2::FullMatch(text, set);
}

}  // namespace

bool is_letter(int code_point) {
    if (code_point < 0x80) return (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z');
    static const re2::RE2 letters{R"(\pL)"};
    return matches(letters, code_point);
}

bool is_digit(int code_point) {
    if (code_point < 0x80) return code_point >= '0' && code_point <= '9';
    static const re2::RE2 digits{R"(\p{Nd})"};
    return matches(digits, code_point);
}

bool is_print(int code_point) {
    if (code_point < 0x80) return code_point >= ' ' && code_point < 0x7f;
    static const re2::RE2 printable{R"([\pL\pM\pN\pP\pS])"};
    return matches(printable, code_point);
}

}  // namespace tocsin::core::gotemplate
