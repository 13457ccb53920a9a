#include "route/gotemplate/formatter.hpp"

#include "base/text.hpp"
#include "route/gotemplate/characters.hpp"
#include "route/gotemplate/member.hpp"
#include "route/gotemplate/number_text.hpp"
#include "route/gotemplate/quote.hpp"
#include "route/unicode.hpp"

#include <algorithm>

namespace tocsin::core::gotemplate {
namespace {

/// In code points; an invalid byte counts as one.
std::size_t length_of(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
    return count;
}

std::string_view first_characters(std::string_view text, int count) {
    std::size_t at = 0;
    for (int i = 0; i < count && at < text.size(); ++i) next_code_point(text, at);
    return text.substr(0, at);
}

int as_code_point(std::int64_t number) { return number < 0 || number > 0x10ffff ? 0xfffd : static_cast<int>(number); }

}  // namespace

void Formatter::write(const Value& value, int verb) {
    if (verb == 'w') return write_bad(value, verb);
    if (verb == 'T') {
        const auto type = go_type(value.kind);
        const bool cut = flags.has_precision && value.kind != Kind::none;
        return pad(cut ? first_characters(type, flags.precision) : type);
    }
    write_kind(value, verb);
}

void Formatter::write_kind(const Value& value, int verb) {
    switch (value.kind) {
        case Kind::none: return verb == 'v' ? pad("<nil>") : write_bad(value, verb);
        case Kind::boolean:
            return verb == 't' || verb == 'v' ? pad(value.boolean ? "true" : "false") : write_bad(value, verb);
        case Kind::integer:
        case Kind::integer64:
        case Kind::byte: return write_integer(value, verb);
        case Kind::real: return write_real(value, verb);
        case Kind::string:
        case Kind::json: return write_string(value.text, value, verb);
        case Kind::time:
        case Kind::duration:
        case Kind::month:
        case Kind::weekday: return write_named(value, verb);
        case Kind::tags: return write_tags(verb);
        case Kind::fields: return write_fields(verb);
        case Kind::event: return write_event(verb);
    }
}

void Formatter::write_integer(const Value& value, int verb) {
    switch (verb) {
        case 'v':
            if (flags.go_syntax && value.kind == Kind::byte) {
                flags.sharp = true;
                write_digits(value, 16, verb);
                flags.sharp = false;
                return;
            }
            return write_digits(value, 10, verb);
        case 'd': return write_digits(value, 10, verb);
        case 'b': return write_digits(value, 2, verb);
        case 'o':
        case 'O': return write_digits(value, 8, verb);
        case 'x':
        case 'X': return write_digits(value, 16, verb);
        case 'U': return write_unicode(value.integer);
        case 'c': {
            std::string text;
            append_utf8(text, as_code_point(value.integer));
            return pad(text);
        }
        case 'q': {
            std::string text;
            append_quoted_character(text, as_code_point(value.integer), flags.plus);
            return pad(text);
        }
        default: return write_bad(value, verb);
    }
}

void Formatter::write_digits(const Value& value, int base, int verb) {
    const bool negative = value.integer < 0;
    auto rest = static_cast<std::uint64_t>(value.integer);
    if (negative) rest = 0 - rest;
    std::size_t least = 0;
    if (flags.has_precision) {
        least = static_cast<std::size_t>(flags.precision);
        if (least == 0 && rest == 0) return pad("", ' ');
    } else if (flags.zero && flags.has_width) {
        least = static_cast<std::size_t>(flags.width);
        if (least > 0 && (negative || flags.plus || flags.space)) --least;
    }
    const auto* const digits = verb == 'X' ? "0123456789ABCDEFX" : "0123456789abcdefx";
    std::string text;  // backwards
    do {
        text += digits[rest % static_cast<unsigned>(base)];
        rest /= static_cast<unsigned>(base);
    } while (rest != 0);
    if (least > text.size()) text.append(fitting(least - text.size()), '0');
    if (flags.sharp) {
        if (base == 2) text += "b0";
        if (base == 8 && text.back() != '0') text += '0';
        if (base == 16) (text += digits[16]) += '0';
    }
    if (verb == 'O') text += "o0";
    if (negative)
        text += '-';
    else if (flags.plus)
        text += '+';
    else if (flags.space)
        text += ' ';
    std::reverse(text.begin(), text.end());
    pad(text, ' ');
}

void Formatter::write_unicode(std::int64_t number) {
    const std::size_t least =
        flags.has_precision && flags.precision > 4 ? static_cast<std::size_t>(flags.precision) : 4;
    std::string digits;
    for (auto rest = static_cast<std::uint64_t>(number); rest != 0; rest >>= 4)
        digits += "0123456789ABCDEF"[rest & 0xf];
    if (least > digits.size()) digits.append(fitting(least - digits.size()), '0');
    std::reverse(digits.begin(), digits.end());
    auto text = "U+" + digits;
    if (flags.sharp && number >= 0 && number <= 0x10ffff && is_print(static_cast<int>(number))) {
        text += " '";
        append_utf8(text, static_cast<int>(number));
        text += '\'';
    }
    pad(text, ' ');
}

void Formatter::write_real(const Value& value, int verb) {
    int precision = -1;
    char form = static_cast<char>(verb);
    switch (verb) {
        case 'v': form = 'g'; break;
        case 'b':
        case 'g':
        case 'G':
        case 'x':
        case 'X': break;
        case 'f':
        case 'e':
        case 'E': precision = 6; break;
        case 'F':
            form = 'f';
            precision = 6;
            break;
        default: return write_bad(value, verb);
    }
    if (flags.has_precision) precision = std::min(flags.precision, longest_fraction);
    std::string number;
    append_float(number, value.real, form, precision);
    if (number[0] != '-' && number[0] != '+') number.insert(0, 1, '+');
    if (flags.space && !flags.plus && number[0] == '+') number[0] = ' ';
    if (number[1] == 'I') return pad(number, ' ');
    if (number[1] == 'N') return pad(flags.space || flags.plus ? number : number.substr(1), ' ');
    if (flags.sharp && form != 'b') keep_zeros(number, form, precision);
    if (!flags.plus && number[0] == '+') return pad(std::string_view{number}.substr(1));
    const auto width = static_cast<std::size_t>(flags.width);
    if (!flags.zero || !flags.has_width || width <= number.size()) return pad(number);
    out_ += number[0];
    out_.append(fitting(width - number.size()), '0');
    out_.append(number, 1);
}

void Formatter::write_string(std::string_view text, const Value& value, int verb) {
    if (verb == 'x' || verb == 'X') return write_hexadecimal(text, verb == 'X');
    const bool quotes = verb == 'q' || (verb == 'v' && flags.go_syntax);
    if (!quotes && verb != 's' && verb != 'v') return write_bad(value, verb);
    if (flags.has_precision) text = first_characters(text, flags.precision);
    if (!quotes) return pad(text);
    std::string quoted;
    if (flags.sharp && can_back_quote(text))
        ((quoted += '`') += text) += '`';
    else
        append_quoted(quoted, text, flags.plus);
    pad(quoted);
}

void Formatter::write_hexadecimal(std::string_view text, bool upper) {
    if (flags.has_precision) text = text.substr(0, static_cast<std::size_t>(flags.precision));
    const auto* const digits = upper ? "0123456789ABCDEFX" : "0123456789abcdefx";
    std::string hexadecimal;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (flags.space && i > 0) hexadecimal += ' ';
        if (flags.sharp && (i == 0 || flags.space)) (hexadecimal += '0') += digits[16];
        const auto byte = static_cast<unsigned char>(text[i]);
        (hexadecimal += digits[byte >> 4]) += digits[byte & 0xf];
    }
    pad(hexadecimal);
}

void Formatter::write_named(const Value& value, int verb) {
    const bool is_text = verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
    if (value.kind != Kind::time && (bad_ || flags.go_syntax || !is_text)) return write_integer(value, verb);
    if (!is_text) return write_bad(value, verb);
    if (flags.go_syntax) return pad(time_as_code(value.integer));
    std::string text;
    if (value.kind == Kind::time)
        append_time_text(text, value.integer);
    else
        append_named_integer(text, value);
    write_string(text, value, verb);
}

void Formatter::write_tags(int verb) {
    out_ += flags.go_syntax ? std::string{go_type(Kind::tags)} + "{" : "map[";
    bool first = true;
    for (const auto& tag : event_.tags()) {
        if (is_full()) return;
        begin_entry(first, view(tag.key), verb);
        write_kind(Value::of(view(tag.value)), verb);
        first = false;
    }
    out_ += flags.go_syntax ? '}' : ']';
}

void Formatter::write_fields(int verb) {
    out_ += flags.go_syntax ? std::string{go_type(Kind::fields)} + "{" : "map[";
    bool first = true;
    for (const auto& field : event_.fields()) {
        if (is_full()) return;
        begin_entry(first, view(field.key), verb);
        write_kind(Value::of(field), verb);
        first = false;
    }
    out_ += flags.go_syntax ? '}' : ']';
}

void Formatter::begin_entry(bool first, std::string_view key, int verb) {
    if (!first) out_ += flags.go_syntax ? ", " : " ";
    write_kind(Value::of(key), verb);
    out_ += ':';
}

void Formatter::write_event(int verb) {
    if (flags.go_syntax) out_ += go_type(Kind::event);
    out_ += '{';
    for (int i = 0; i < member_count; ++i) {
        if (is_full()) return;
        if (i > 0) out_ += flags.go_syntax ? ", " : " ";
        if (flags.go_syntax || flags.names) (out_ += member_names()[static_cast<std::size_t>(i)]) += ':';
        write_kind(read(event_, static_cast<Member>(i)), verb);
    }
    out_ += '}';
}

void Formatter::write_bad(const Value& value, int verb) {
    out_ += "%!";
    append_utf8(out_, verb);
    out_ += '(';
    out_ += go_type(value.kind);
    if (value.kind != Kind::none) {
        out_ += '=';
        bad_ = true;
        write_kind(value, 'v');
        bad_ = false;
    }
    out_ += ')';
}

std::size_t Formatter::fitting(std::size_t count) const noexcept {
    return std::min(count, is_full() ? 1 : largest_ - out_.size() + 1);
}

void Formatter::pad(std::string_view text, char with) {
    const auto width = flags.has_width ? static_cast<std::size_t>(flags.width) : 0;
    const auto length = width > 0 ? length_of(text) : 0;
    const auto missing = width > length ? fitting(width - length) : 0;
    if (!flags.minus) out_.append(missing, with);
    out_ += text;
    if (flags.minus) out_.append(missing, with);
}

}  // namespace tocsin::core::gotemplate
