#include "route/expression/literal.hpp"

#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace tocsin::core::expression {
namespace {

std::int64_t parse_digits(std::string_view digits, int base) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error == std::errc::result_out_of_range) throw LiteralError{std::string{digits} + " is too large"};
    if (error != std::errc{} || end != digits.data() + digits.size())
        throw LiteralError{std::string{digits} + " begins with 0 and is no octal number"};
    return value;
}

}  // namespace

std::int64_t parse_integer(std::string_view text) {
    return parse_digits(text, text.size() > 1 && text.front() == '0' ? 8 : 10);
}

double parse_real(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Too small for a float is zero, too large is a mistake.
    if (error == std::errc::result_out_of_range) {
        const std::string_view whole = text.substr(0, text.find('.'));
        if (whole.find_first_not_of('0') != std::string_view::npos) throw LiteralError{"the number is too large"};
        return 0;
    }
    if (error != std::errc{} || end != text.data() + text.size()) throw LiteralError{"this is no number"};
    return value;
}

std::int64_t parse_duration_literal(std::string_view text) {
    constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"u", 1'000},
        {"µ", 1'000},
        {"ms", 1'000'000},
        {"s", 1'000'000'000},
        {"m", 60'000'000'000},
        {"h", 3'600'000'000'000},
        {"d", 86'400'000'000'000},
        {"w", 604'800'000'000'000},
    };
    const std::size_t digits = text.find_first_not_of("0123456789");
    const std::int64_t count = parse_digits(text.substr(0, digits), 10);
    for (const auto& [unit, nanoseconds] : units) {
        if (text.substr(digits) != unit) continue;
        if (count > std::numeric_limits<std::int64_t>::max() / nanoseconds)
            throw LiteralError{std::string{text} + " is too long: at most about 292 years"};
        return count * nanoseconds;
    }
    throw LiteralError{"this is no duration"};
}

std::string unquote(std::string_view text) {
    if (text.size() >= 6 && text.starts_with("'''")) return std::string{text.substr(3, text.size() - 6)};
    const char quote = text.front();
    const std::string_view inner = text.substr(1, text.size() - 2);
    std::string out;
    out.reserve(inner.size());
    for (std::size_t at = 0; at < inner.size(); ++at) {
        if (inner[at] == '\\' && at + 1 < inner.size() && inner[at + 1] == quote) ++at;
        out += inner[at];
    }
    return out;
}

}  // namespace tocsin::core::expression
