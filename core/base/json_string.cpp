#include "base/json_string.hpp"

#include "base/text.hpp"

namespace tocsin::core {
namespace {

enum class Style { javascript, go };

void append_unicode_escape(std::string& out, int code_point) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[static_cast<std::size_t>((code_point >> shift) & 15)];
}

constexpr bool is_plain_ascii(unsigned char byte, Style style) {
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') return false;
    return style == Style::javascript || (byte != '<' && byte != '>' && byte != '&');
}

template <Style style>
void append(std::string& out, std::string_view text) {
    out += '"';
    std::size_t kept = 0;  // everything before is in `out`
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        if (is_plain_ascii(static_cast<unsigned char>(text[at]), style)) {
            ++at;
            continue;
        }
        const int code_point = next_code_point(text, at);
        if (code_point >= 0x80 && (style == Style::javascript || (code_point != 0x2028 && code_point != 0x2029)))
            continue;
        out += text.substr(kept, start - kept);
        kept = at;
        switch (code_point) {
            case -1: out += style == Style::go ? "\\ufffd" : "\xef\xbf\xbd"; break;
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default: append_unicode_escape(out, code_point);
        }
    }
    out += text.substr(kept);
    out += '"';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { append<Style::javascript>(out, text); }

void append_go_json_string(std::string& out, std::string_view text) { append<Style::go>(out, text); }

}  // namespace tocsin::core
