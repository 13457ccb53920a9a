#include "route/gotemplate/text_functions.hpp"

#include "base/text.hpp"
#include "route/gotemplate/characters.hpp"
#include "route/gotemplate/json.hpp"
#include "route/gotemplate/print.hpp"
#include "route/unicode.hpp"

#include <string_view>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

constexpr std::string_view no_value = "<no value>";

/// What html, js and urlquery escape, and what lower, upper and replace work on: a string as it is, anything else as
/// print writes it, but for what is missing. `made` holds it when it has to be made.
std::string_view text_of(Run& run, Values values, std::string& made, std::size_t largest) {
    if (values.size() == 1 && values[0].is_string()) return values[0].text;
    if (values.size() == 1 && values[0].kind == Kind::none) return no_value;
    std::vector<Value> known{values.begin(), values.end()};
    for (auto& value : known)
        if (value.kind == Kind::none) value = Value::of(no_value);
    append_print(made, known, run.event(), largest);
    return made;
}

void append_hexadecimal(std::string& out, unsigned number, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789ABCDEF"[number >> shift & 0xf];
}

bool append_html(std::string& out, std::string_view text, std::size_t largest) {
    for (const char c : text) {
        switch (c) {
            case '\0': out += "\xef\xbf\xbd"; break;
            case '"': out += "&#34;"; break;
            case '\'': out += "&#39;"; break;
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            default: out += c; break;
        }
        if (out.size() > largest) return false;
    }
    return true;
}

void append_js_character(std::string& out, std::string_view text, std::size_t& at) {
    const auto start = at;
    const int code_point = next_code_point(text, at);
    switch (code_point) {
        case '\\': out += "\\\\"; return;
        case '\'': out += "\\'"; return;
        case '"': out += "\\\""; return;
        default: break;
    }
    constexpr std::string_view escaped = "<>&=";
    const bool is_ascii = code_point >= 0 && code_point < 0x80;
    if (is_ascii && (code_point < ' ' || escaped.find(static_cast<char>(code_point)) != std::string_view::npos)) {
        out += "\\u";
        append_hexadecimal(out, static_cast<unsigned>(code_point), 4);
    } else if (is_ascii || code_point < 0 || is_print(code_point)) {
        out += text.substr(start, at - start);
    } else {
        out += "\\u";
        const auto number = static_cast<unsigned>(code_point);
        append_hexadecimal(out, number, number > 0xfffff ? 6 : number > 0xffff ? 5 : 4);
    }
}

bool append_js(std::string& out, std::string_view text, std::size_t largest) {
    for (std::size_t at = 0; at < text.size();) {
        append_js_character(out, text, at);
        if (out.size() > largest) return false;
    }
    return true;
}

bool append_url(std::string& out, std::string_view text, std::size_t largest) {
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                              c == '_' || c == '.' || c == '~';
        if (is_plain) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            append_hexadecimal(out, static_cast<unsigned char>(c), 2);
        }
        if (out.size() > largest) return false;
    }
    return true;
}

using Escape = bool (*)(std::string& out, std::string_view text, std::size_t largest);

bool escape(Run& run, Values values, std::string& out, std::size_t largest, Escape escape) {
    std::string made;
    const auto text = text_of(run, values, made, run.left());
    return made.size() <= run.left() && escape(out, text, largest);
}

template <int (*map)(int) noexcept>
bool append_mapped(std::string& out, std::string_view text, std::size_t largest) {
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const int code_point = next_code_point(text, at);
        if (code_point < 0)
            out += text[start];
        else
            append_utf8(out, map(code_point));
        if (out.size() > largest) return false;
    }
    return true;
}

}  // namespace

bool print(Run& run, Values values, std::string& out, std::size_t largest) {
    return append_print(out, values, run.event(), largest);
}

bool printf(Run& run, Values values, std::string& out, std::size_t largest) {
    if (values[0].is_string()) return append_printf(out, values[0].text, values.subspan(1), run.event(), largest);
    run.fail("printf: the format is " + std::string{describe(values[0].kind)} + ", no string");
    return false;
}

bool println(Run& run, Values values, std::string& out, std::size_t largest) {
    return append_println(out, values, run.event(), largest);
}

bool json(Run& run, Values values, std::string& out, std::size_t largest) {
    append_json_value(out, values[0], run.event());
    return out.size() <= largest;
}

bool html(Run& run, Values values, std::string& out, std::size_t largest) {
    return escape(run, values, out, largest, append_html);
}
bool js(Run& run, Values values, std::string& out, std::size_t largest) {
    return escape(run, values, out, largest, append_js);
}
bool urlquery(Run& run, Values values, std::string& out, std::size_t largest) {
    return escape(run, values, out, largest, append_url);
}
bool lower(Run& run, Values values, std::string& out, std::size_t largest) {
    return escape(run, values, out, largest, append_mapped<lower_case>);
}
bool upper(Run& run, Values values, std::string& out, std::size_t largest) {
    return escape(run, values, out, largest, append_mapped<upper_case>);
}

bool replace(Run& run, Values values, std::string& out, std::size_t largest) {
    std::string made[3];
    std::string_view texts[3];
    for (std::size_t i = 0; i < 3; ++i) {
        texts[i] = text_of(run, values.subspan(i, 1), made[i], run.left());
        if (made[i].size() > run.left()) return false;
    }
    const auto [from, to, text] = texts;
    for (std::size_t at = 0;;) {
        const auto found = from.empty() ? std::string_view::npos : text.find(from, at);
        out += text.substr(at, found == std::string_view::npos ? found : found - at);
        if (out.size() > largest) return false;
        if (found == std::string_view::npos) return true;
        out += to;
        at = found + from.size();
    }
}

bool levels(Run& run, Values values, std::string& out, std::size_t largest) {
    if (values[0].kind != Kind::none) return append_print(out, values, run.event(), largest);
    out += no_value;
    return out.size() <= largest;
}

}  // namespace tocsin::core::gotemplate
