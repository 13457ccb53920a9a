#include "route/expression/conversion.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>
#include <utility>

namespace tocsin::core::expression {
namespace {

constexpr std::pair<std::string_view, std::int64_t> units[] = {
    {"w", 604'800'000'000'000},
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"u", 1'000},
    {"ns", 1},
};

constexpr bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

bool equal_but_for_case(std::string_view text, std::string_view lower) noexcept {
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                      [](char left, char right) { return (left | 0x20) == right; });
}

/// Whether a decimal number is below 1; it is not zero.
bool is_below_one(std::string_view number) noexcept {
    const std::size_t letter = std::min(number.find_first_of("eE"), number.size());
    const std::string_view mantissa = number.substr(0, letter);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t first = mantissa.find_first_of("123456789");
    std::int64_t exponent = 0;
    if (letter < number.size()) {
        std::string_view text = number.substr(letter + 1);
        if (text.starts_with('+')) text.remove_prefix(1);
        if (std::from_chars(text.data(), text.data() + text.size(), exponent).ec != std::errc{})
            return text.starts_with('-');
    }
    const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    // `first` is behind the point when it is not negative.
    return exponent + (magnitude > 0 ? magnitude : magnitude + 1) <= 0;
}

/// Takes the unit off the front and returns its nanoseconds, or 0.
std::int64_t take_unit(std::string_view& text) noexcept {
    if (text.starts_with("µ")) {
        text.remove_prefix(std::string_view{"µ"}.size());
        return 1'000;
    }
    std::pair<std::string_view, std::int64_t> longest;
    for (const auto& unit : units) {
        if (text.starts_with(unit.first) && unit.first.size() > longest.first.size()) longest = unit;
    }
    text.remove_prefix(longest.first.size());
    return longest.second;
}

}  // namespace

std::optional<bool> read_boolean(std::string_view text) noexcept {
    for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
        if (text == no) return false;
    }
    return {};
}

std::optional<std::int64_t> read_integer(std::string_view text) noexcept {
    if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

std::optional<double> read_real(std::string_view text) noexcept {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    if (equal_but_for_case(rest, "nan")) {
        if (rest.size() != text.size()) return {};
        return std::nan("");
    }
    if (equal_but_for_case(rest, "inf") || equal_but_for_case(rest, "infinity")) return negative ? -HUGE_VAL : HUGE_VAL;
    if (rest.empty() || !(is_digit(rest.front()) || rest.front() == '.')) return {};
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (end != rest.data() + rest.size()) return {};
    if (error == std::errc::result_out_of_range) {
        if (!is_below_one(rest)) return {};
        number = 0;
    } else if (error != std::errc{}) {
        return {};
    }
    return negative ? -number : number;
}

std::optional<std::int64_t> read_duration(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) return {};
    std::int64_t total = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        if (!is_digit(text.front())) return {};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{}) return {};
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const std::int64_t unit = take_unit(text);
        std::int64_t part = 0;
        if (unit == 0 || __builtin_mul_overflow(count, unit, &part) || __builtin_add_overflow(total, part, &total))
            return {};
    }
    return negative ? -total : total;
}

void WrittenText::append(std::string_view text) noexcept {
    std::memcpy(bytes_ + size_, text.data(), text.size());
    size_ += text.size();
}

void WrittenText::append(std::size_t count, char byte) noexcept {
    std::memset(bytes_ + size_, byte, count);
    size_ += count;
}

void WrittenText::append(std::int64_t number) noexcept {
    size_ = static_cast<std::size_t>(std::to_chars(bytes_ + size_, bytes_ + sizeof bytes_, number).ptr - bytes_);
}

WrittenText write_real(double number) noexcept {
    WrittenText out;
    if (std::isnan(number)) {
        out.append("NaN");
        return out;
    }
    if (std::isinf(number)) {
        out.append(number < 0 ? "-Inf" : "+Inf");
        return out;
    }
    // std::to_chars without an exponent gives more digits than are needed for large numbers.
    char scientific[32];
    const auto written =
        std::to_chars(scientific, scientific + sizeof scientific, std::abs(number), std::chars_format::scientific);
    const std::string_view text{scientific, static_cast<std::size_t>(written.ptr - scientific)};
    const std::size_t letter = text.find('e');
    int exponent = 0;
    const std::size_t after = letter + (text[letter + 1] == '+' ? 2 : 1);
    std::from_chars(text.data() + after, text.data() + text.size(), exponent);
    char digits[20];
    std::size_t count = 0;
    for (const char byte : text.substr(0, letter)) {
        if (byte != '.') digits[count++] = byte;
    }
    if (std::signbit(number)) out.append('-');
    if (exponent < 0) {
        out.append("0.");
        out.append(static_cast<std::size_t>(-exponent - 1), '0');
        out.append(std::string_view{digits, count});
        return out;
    }
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    out.append(std::string_view{digits, std::min(count, whole)});
    if (whole >= count) {
        out.append(whole - count, '0');
    } else {
        out.append('.');
        out.append(std::string_view{digits + whole, count - whole});
    }
    return out;
}

WrittenText write_duration(std::int64_t nanoseconds) noexcept {
    WrittenText out;
    for (const auto& [name, unit] : units) {
        if (nanoseconds % unit != 0 || (nanoseconds == 0 && name != "s")) continue;
        out.append(nanoseconds / unit);
        out.append(name);
        break;
    }
    return out;
}

WrittenText write_bytes(std::uint64_t bytes) noexcept {
    WrittenText out;
    if (bytes < 10) {
        out.append(static_cast<std::int64_t>(bytes));
        out.append(" B");
        return out;
    }
    constexpr std::string_view names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    const auto size = static_cast<double>(bytes);
    const double power = std::floor(std::log(size) / std::log(1000.0));
    const double tenths = std::floor(size / std::pow(1000.0, power) * 10 + 0.5);
    if (tenths < 100) {
        out.append(static_cast<std::int64_t>(tenths) / 10);
        out.append('.');
        out.append(static_cast<std::int64_t>(tenths) % 10);
    } else {
        out.append(static_cast<std::int64_t>(std::nearbyint(tenths / 10)));
    }
    out.append(' ');
    out.append(names[static_cast<std::size_t>(power)]);
    return out;
}

}  // namespace tocsin::core::expression
