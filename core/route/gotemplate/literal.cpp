#include "route/gotemplate/literal.hpp"

#include "base/text.hpp"
#include "base/text_error.hpp"
#include "route/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>

namespace tocsin::core::gotemplate {
namespace {

/// Reads exactly `count` digits at `at` and moves past them.
std::optional<int> read_digits(std::string_view text, std::size_t& at, std::size_t count, int base) {
    if (text.size() - at < count) return std::nullopt;
    std::uint32_t number = 0;
    const char* const end = text.data() + at + count;
    const auto result = std::from_chars(text.data() + at, end, number, base);
    if (result.ec != std::errc{} || result.ptr != end || number > 0x7fffffff) return std::nullopt;
    at += count;
    return static_cast<int>(number);
}

/// What stands for one escape sequence: a byte (`is_byte`) or a code point.
struct Escape {
    int code = 0;
    bool is_byte = false;
};

/// Reads what follows a backslash at `at` and moves past it.
std::optional<Escape> read_escape(std::string_view text, std::size_t& at, char quote) {
    const char c = text[at++];
    if (c == quote) return Escape{c};
    switch (c) {
        case 'a': return Escape{'\a'};
        case 'b': return Escape{'\b'};
        case 'f': return Escape{'\f'};
        case 'n': return Escape{'\n'};
        case 'r': return Escape{'\r'};
        case 't': return Escape{'\t'};
        case 'v': return Escape{'\v'};
        case '\\': return Escape{'\\'};
        default: break;
    }
    std::optional<int> code;
    const bool is_octal = c >= '0' && c <= '7';
    if (is_octal) {
        --at;
        code = read_digits(text, at, 3, 8);
    } else if (c == 'x' || c == 'u' || c == 'U') {
        code = read_digits(text, at, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16);
    }
    if (!code) return std::nullopt;
    const bool is_byte = is_octal || c == 'x';
    const int largest = is_byte ? 0xff : 0x10ffff;
    if (*code > largest || (!is_byte && *code >= 0xd800 && *code <= 0xdfff)) return std::nullopt;
    return Escape{*code, is_byte};
}

[[noreturn]] void fail_escape(std::size_t offset) {
    throw TextError{offset, R"(this is no escape sequence; a backslash itself is written \\)"};
}

Value parse_character(const Token& token) {
    const auto inner = token.text.substr(1, token.text.size() - 2);
    std::size_t at = 0;
    int code = -1;
    if (inner.size() > 1 && inner[0] == '\\') {
        ++at;
        const auto escape = read_escape(inner, at, '\'');
        if (!escape) fail_escape(token.offset + 1);
        code = escape->code;
    } else if (!inner.empty() && inner[0] != '\\') {
        code = next_code_point(inner, at);
    }
    if (code < 0 || at != inner.size())
        throw TextError{token.offset, "exactly one character stands between single quotes; strings take double quotes"};
    return Value::of(Kind::integer, code);
}

/// The digits without `_`, which may stand between digits and after a base's prefix only.
std::optional<std::string> without_underscores(std::string_view text, bool has_prefix) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            kept += text[i];
            continue;
        }
        const auto is_digit = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        };
        const bool follows = i == 0 ? has_prefix : is_digit(text[i - 1]);
        if (!follows || i + 1 == text.size() || !is_digit(text[i + 1])) return std::nullopt;
    }
    return kept;
}

}  // namespace

std::string unquote(const Token& token) {
    const auto inner = token.text.substr(1, token.text.size() - 2);
    std::string text;
    if (token.kind == Token::Kind::raw_string) {
        std::copy_if(inner.begin(), inner.end(), std::back_inserter(text), [](char c) { return c != '\r'; });
        return text;
    }
    for (std::size_t at = 0; at < inner.size();) {
        if (inner[at] != '\\') {
            text += inner[at++];
            continue;
        }
        const auto start = at++;
        const auto escape = read_escape(inner, at, '"');
        if (!escape) fail_escape(token.offset + 1 + start);
        if (escape->is_byte)
            text += static_cast<char>(escape->code);
        else
            append_utf8(text, escape->code);
    }
    return text;
}

Value parse_number(const Token& token) {
    if (token.kind == Token::Kind::character) return parse_character(token);
    const auto bad = [&](const std::string& why) { return TextError{token.offset, why}; };
    if (token.text.back() == 'i') throw bad("imaginary numbers are of no use here");
    auto rest = token.text;
    const bool is_negative = rest[0] == '-';
    if (is_negative || rest[0] == '+') rest.remove_prefix(1);

    int base = 10;
    const char letter = rest.size() > 1 && rest[0] == '0' ? static_cast<char>(rest[1] | 0x20) : '\0';
    if (letter == 'x') base = 16;
    if (letter == 'o') base = 8;
    if (letter == 'b') base = 2;
    const bool has_prefix = base != 10;
    if (has_prefix) rest.remove_prefix(2);
    const bool is_real =
        (base == 10 || base == 16) && rest.find_first_of(base == 16 ? ".pP" : ".eE") != std::string_view::npos;
    if (!is_real && !has_prefix && rest.size() > 1 && rest[0] == '0') base = 8;

    const auto digits = without_underscores(rest, has_prefix);
    if (!digits || digits->empty()) throw bad("this is no number");
    const char* const begin = digits->data();
    const char* const end = begin + digits->size();
    if (is_real) {
        double number = 0;
        const bool begins_well = base == 16 || begin[0] == '.' || (begin[0] >= '0' && begin[0] <= '9');
        const bool has_exponent = base == 10 || digits->find_first_of("pP") != std::string::npos;
        const auto format = base == 16 ? std::chars_format::hex : std::chars_format::general;
        const auto result = std::from_chars(begin, end, number, format);
        if (result.ec == std::errc::result_out_of_range) throw bad("this number is too large or too small");
        if (result.ec != std::errc{} || result.ptr != end || !begins_well || !has_exponent)
            throw bad("this is no number");
        return Value::of(is_negative ? -number : number);
    }
    std::uint64_t number = 0;
    const auto result = std::from_chars(begin, end, number, base);
    if (result.ec == std::errc::invalid_argument || result.ptr != end) throw bad("this is no number");
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (result.ec != std::errc{} || number > largest + (is_negative ? 1 : 0))
        throw bad("this number does not fit in 64 bits");
    return Value::of(Kind::integer, static_cast<std::int64_t>(is_negative ? 0 - number : number));
}

}  // namespace tocsin::core::gotemplate
