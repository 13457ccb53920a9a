#include "route/gotemplate/number_text.hpp"

#include "event/json.hpp"
#include "route/gotemplate/time_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace tocsin::core::gotemplate {
namespace {

constexpr std::size_t buffer_size = 1500;  // 309 digits before the point, a sign, a point and the fraction

/// Sign, significant digits without trailing zeros, and where the decimal point stands: 0.DIGITS * 10^point.
struct Decimal {
    std::string digits;
    int point = 0;
};

/// `significant` below 1: the fewest digits that read back.
Decimal decimal_of(double magnitude, int significant) {
    char buffer[buffer_size];
    const auto result =
        significant < 1
            ? std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::scientific)
            : std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::scientific, significant - 1);
    const std::string_view text{buffer, static_cast<std::size_t>(result.ptr - buffer)};
    const auto exponent = text.find('e');
    Decimal decimal;
    for (const char c : text.substr(0, exponent))
        if (c != '.') decimal.digits += c;
    decimal.digits.resize(decimal.digits.find_last_not_of('0') + 1);
    decimal.point = decimal.digits.empty() ? 0 : std::atoi(std::string{text.substr(exponent + 1)}.c_str()) + 1;
    return decimal;
}

void append_exponent(std::string& out, char letter, int exponent) {
    out += letter;
    out += exponent < 0 ? '-' : '+';
    if (std::abs(exponent) < 10) out += '0';
    out += std::to_string(std::abs(exponent));
}

/// `fraction`: digits after the point, zeros included.
void append_scientific(std::string& out, const Decimal& decimal, int fraction, char letter) {
    const auto& digits = decimal.digits;
    out += digits.empty() ? '0' : digits[0];
    if (fraction > 0) {
        out += '.';
        const auto kept = std::min<std::size_t>(digits.empty() ? 0 : digits.size() - 1, fraction);
        if (kept > 0) out.append(digits, 1, kept);
        out.append(fraction - kept, '0');
    }
    append_exponent(out, letter, digits.empty() ? 0 : decimal.point - 1);
}

void append_fixed(std::string& out, const Decimal& decimal, int fraction) {
    const int size = static_cast<int>(decimal.digits.size());
    const auto digit = [&](int i) { return i >= 0 && i < size ? decimal.digits[i] : '0'; };
    if (decimal.point <= 0) out += '0';
    for (int i = 0; i < decimal.point; ++i) out += digit(i);
    if (fraction > 0) out += '.';
    for (int i = 0; i < fraction; ++i) out += digit(decimal.point + i);
}

void append_general(std::string& out, double magnitude, int precision, char letter) {
    const bool shortest = precision < 0;
    if (precision == 0) precision = 1;
    const auto decimal = decimal_of(magnitude, precision);
    const int count = static_cast<int>(decimal.digits.size());
    int threshold = shortest ? count : precision;
    if (threshold > count && count >= decimal.point) threshold = count;
    if (shortest) threshold = 6;
    const int exponent = decimal.point - 1;
    if (exponent < -4 || exponent >= threshold)
        append_scientific(out, decimal, count - 1, letter);
    else
        append_fixed(out, decimal, std::max(count - decimal.point, 0));
}

/// d.ddd * 2^exponent with a leading 1, in hexadecimal.
void append_hexadecimal(std::string& out, double magnitude, int precision, bool upper) {
    int exponent = 0;
    const double half = std::frexp(magnitude, &exponent);
    char buffer[buffer_size];
    auto* const end = buffer + sizeof buffer;
    const auto result = precision < 0 ? std::to_chars(buffer, end, half * 2, std::chars_format::hex)
                                      : std::to_chars(buffer, end, half * 2, std::chars_format::hex, precision);
    const std::string_view text{buffer, static_cast<std::size_t>(result.ptr - buffer)};
    const auto mark = text.find('p');
    if (magnitude != 0) exponent += std::atoi(std::string{text.substr(mark + 1)}.c_str()) - 1;
    const bool rounded_up = text[0] == '2';
    if (rounded_up) ++exponent;
    const auto start = out.size();
    out += "0x";
    out += rounded_up ? '1' : text[0];
    out += text.substr(1, mark - 1);
    append_exponent(out, 'p', exponent);
    if (upper)
        std::transform(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
                       out.begin() + static_cast<std::ptrdiff_t>(start),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
}

/// mantissa * 2^exponent, both in decimal, the mantissa as it is stored.
void append_binary(std::string& out, double magnitude) {
    constexpr int smallest = -1074;
    const int exponent = magnitude == 0 ? smallest : std::max(std::ilogb(magnitude) - 52, smallest);
    const auto mantissa = static_cast<std::int64_t>(std::ldexp(magnitude, -exponent));
    out += std::to_string(mantissa);
    out += 'p';
    out += exponent < 0 ? "" : "+";
    out += std::to_string(exponent);
}

/// Appends a whole number and its unit, with up to `digits` decimals of the rest and no trailing zeros.
void append_with_fraction(std::string& out, std::uint64_t number, std::uint64_t unit, std::string_view name) {
    out += std::to_string(number / unit);
    if (auto rest = number % unit; rest != 0) {
        out += '.';
        for (auto place = unit / 10; rest != 0; place /= 10) {
            out += static_cast<char>('0' + rest / place);
            rest %= place;
        }
    }
    out += name;
}

}  // namespace

void append_float(std::string& out, double number, char verb, int precision) {
    if (std::isnan(number)) {
        out += "NaN";
        return;
    }
    if (std::isinf(number)) {
        out += number < 0 ? "-Inf" : "+Inf";
        return;
    }
    if (std::signbit(number)) out += '-';
    const double magnitude = std::fabs(number);
    precision = std::min(precision, longest_fraction);
    switch (verb) {
        case 'b': append_binary(out, magnitude); break;
        case 'x':
        case 'X': append_hexadecimal(out, magnitude, precision, verb == 'X'); break;
        case 'f': {
            char buffer[buffer_size];
            const auto result = std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::fixed,
                                              std::max(precision, 0));
            out.append(buffer, result.ptr);
            break;
        }
        case 'e':
        case 'E': {
            const auto decimal = decimal_of(magnitude, precision < 0 ? -1 : precision + 1);
            const int shortest = std::max(static_cast<int>(decimal.digits.size()) - 1, 0);
            append_scientific(out, decimal, precision < 0 ? shortest : precision, verb);
            break;
        }
        default: append_general(out, magnitude, precision, verb == 'G' ? 'E' : 'e'); break;
    }
}

void append_duration(std::string& out, std::int64_t nanoseconds) {
    constexpr std::uint64_t microsecond = 1'000;
    constexpr std::uint64_t millisecond = 1'000'000;
    constexpr std::uint64_t second = 1'000'000'000;
    if (nanoseconds == 0) {
        out += "0s";
        return;
    }
    auto rest = static_cast<std::uint64_t>(nanoseconds);
    if (nanoseconds < 0) {
        out += '-';
        rest = 0 - rest;
    }
    if (rest < microsecond) return append_with_fraction(out, rest, 1, "ns");
    if (rest < millisecond) return append_with_fraction(out, rest, microsecond, "µs");
    if (rest < second) return append_with_fraction(out, rest, millisecond, "ms");
    const auto hours = rest / (3600 * second);
    const auto minutes = rest / (60 * second) % 60;
    if (hours > 0) out += std::to_string(hours) + "h";
    if (hours > 0 || minutes > 0) out += std::to_string(minutes) + "m";
    append_with_fraction(out, rest % (60 * second), second, "s");
}

void append_time_text(std::string& out, std::int64_t nanoseconds) {
    std::string text;
    append_time(text, nanoseconds);  // 2023-11-14T22:13:20.5Z
    if (const auto t = text.find('T'); t != std::string::npos) text[t] = ' ';
    if (!text.empty()) text.pop_back();
    out += text;
    out += " +0000 UTC";
}

void append_named_integer(std::string& out, const Value& value) {
    switch (value.kind) {
        case Kind::duration: append_duration(out, value.integer); break;
        case Kind::month: out += month_name(value.integer); break;
        case Kind::weekday: out += weekday_name(value.integer); break;
        default: out += std::to_string(value.integer); break;
    }
}

std::string time_as_code(std::int64_t nanoseconds) {
    const auto time = CivilTime::of(nanoseconds);
    auto text = "time.Date(" + std::to_string(time.year) + ", time." + month_name(time.month);
    for (const int number : {time.day, time.hour, time.minute, time.second, time.nanosecond})
        text += ", " + std::to_string(number);
    return text + ", time.UTC)";
}

void keep_zeros(std::string& number, int verb, int precision) {
    int digits = 0;
    if (verb == 'g' || verb == 'G' || verb == 'x') digits = precision < 0 ? 6 : precision;
    const auto exponent = number.find_first_of(verb == 'x' || verb == 'X' ? "pP" : "eE");
    const auto tail = exponent == std::string::npos ? std::string{} : number.substr(exponent);
    number.resize(std::min(exponent, number.size()));
    bool has_point = false;
    bool is_significant = false;
    for (std::size_t i = 1; i < number.size(); ++i) {
        if (number[i] == '.') {
            has_point = true;
            continue;
        }
        is_significant = is_significant || number[i] != '0';
        if (is_significant) --digits;
    }
    if (!has_point) {
        if (number.size() == 2 && number[1] == '0') --digits;
        number += '.';
    }
    number.append(static_cast<std::size_t>(std::max(digits, 0)), '0');
    number += tail;
}

}  // namespace tocsin::core::gotemplate
