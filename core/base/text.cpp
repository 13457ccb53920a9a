#include "base/text.hpp"

#include <cstdint>
#include <cstring>

namespace tocsin::core {
namespace {

void append_hex(std::string& out, unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

bool is_harmful(int code_point) {
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
           (code_point >= 0x2028 && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const int code_point = next_code_point(text, at);
        switch (code_point) {
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\\': out += "\\\\"; break;
            default:
                if (!is_harmful(code_point)) {
                    out += text.substr(start, at - start);
                } else {
                    for (const char byte : text.substr(start, at - start))
                        append_hex(out, static_cast<unsigned char>(byte));
                }
        }
    }
    return out;
}

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        // Most texts are ASCII: eight bytes at a time, and what is left one by one.
        for (std::uint64_t eight = 0; text.size() - at >= sizeof eight; at += sizeof eight) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080) != 0) break;
        }
        while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
        if (at < text.size() && next_code_point(text, at) < 0) return false;
    }
    return true;
}

int next_code_point(std::string_view text, std::size_t& at) noexcept {
    if (at >= text.size()) return -1;
    const auto start = at++;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[start + i]); };
    const int first = byte(0);
    if (first < 0x80) return first;

    // The first byte bounds the second one: that excludes overlong forms, surrogates and what is above U+10FFFF.
    std::size_t length = 0;
    int lowest = 0x80;
    int highest = 0xbf;
    int code_point = 0;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
        code_point = first & 0x1f;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        code_point = first & 0x0f;
        if (first == 0xe0) lowest = 0xa0;
        if (first == 0xed) highest = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        code_point = first & 0x07;
        if (first == 0xf0) lowest = 0x90;
        if (first == 0xf4) highest = 0x8f;
    } else {
        return -1;
    }
    if (text.size() - start < length || byte(1) < lowest || byte(1) > highest) return -1;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return -1;
        code_point = (code_point << 6) | (byte(i) & 0x3f);
    }
    at = start + length;
    return code_point;
}

}  // namespace tocsin::core
