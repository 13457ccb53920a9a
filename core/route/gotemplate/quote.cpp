#include "route/gotemplate/quote.hpp"

#include "base/text.hpp"
#include "route/gotemplate/characters.hpp"
#include "route/unicode.hpp"

#include <cstddef>

namespace tocsin::core::gotemplate {
namespace {

void append_hex(std::string& out, unsigned number, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[number >> shift & 0xf];
}

void append_escaped(std::string& out, int code_point, char quote, bool ascii) {
    if (code_point == quote || code_point == '\\') {
        out += '\\';
        out += static_cast<char>(code_point);
        return;
    }
    if (is_print(code_point) && (!ascii || code_point < 0x80)) return append_utf8(out, code_point);
    out += '\\';
    switch (code_point) {
        case '\a': out += 'a'; return;
        case '\b': out += 'b'; return;
        case '\f': out += 'f'; return;
        case '\n': out += 'n'; return;
        case '\r': out += 'r'; return;
        case '\t': out += 't'; return;
        case '\v': out += 'v'; return;
        default: break;
    }
    const bool is_small = code_point < ' ' || code_point == 0x7f;
    out += is_small ? 'x' : code_point < 0x10000 ? 'u' : 'U';
    append_hex(out, static_cast<unsigned>(code_point), is_small ? 2 : code_point < 0x10000 ? 4 : 8);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text, bool ascii) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (const int code_point = next_code_point(text, at); code_point >= 0) {
            append_escaped(out, code_point, '"', ascii);
        } else {
            out += "\\x";
            append_hex(out, byte, 2);
        }
    }
    out += '"';
}

void append_quoted_character(std::string& out, int code_point, bool ascii) {
    const bool is_valid = code_point >= 0 && code_point <= 0x10ffff && !(code_point >= 0xd800 && code_point <= 0xdfff);
    out += '\'';
    append_escaped(out, is_valid ? code_point : 0xfffd, '\'', ascii);
    out += '\'';
}

bool can_back_quote(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const int code_point = next_code_point(text, at);
        if (code_point < 0 || code_point == '`' || code_point == 0x7f || code_point == 0xfeff) return false;
        if (code_point < ' ' && code_point != '\t') return false;
    }
    return true;
}

}  // namespace tocsin::core::gotemplate
