#include "config/schema.hpp"

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

constexpr auto longest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
};

constexpr std::uint64_t second = 1'000'000'000;
/// Longest first; names that begin alike are told apart by their whole length.
constexpr std::array units{Unit{"w", 7 * 24 * 3600 * second},
                           Unit{"d", 24 * 3600 * second},
                           Unit{"h", 3600 * second},
                           Unit{"m", 60 * second},
                           Unit{"s", second},
                           Unit{"ms", 1'000'000},
                           Unit{"us", 1000},
                           Unit{"\u00b5s", 1000},
                           Unit{"\u03bcs", 1000},
                           Unit{"ns", 1}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const Unit* unit_named(std::string_view name) {
    for (const auto& unit : units)
        if (unit.name == name) return &unit;
    return nullptr;
}

/// Digits from `at` on; false when there are none or too many of them.
bool read_whole(std::string_view text, std::size_t& at, std::uint64_t& value) {
    const auto start = at;
    for (; at < text.size() && is_digit(text[at]); ++at) {
        const auto digit = static_cast<std::uint64_t>(text[at] - '0');
        if (value > (longest - digit) / 10) return false;
        value = value * 10 + digit;
    }
    return at > start;
}

struct Fraction {
    double digits = 0;
    double scale = 1;

    std::uint64_t of(const Unit& unit) const {
        return static_cast<std::uint64_t>(digits * (static_cast<double>(unit.nanoseconds) / scale));
    }
};

/// Digits behind a point; those beyond the 15th count for nothing.
Fraction read_fraction(std::string_view text, std::size_t& at) {
    Fraction fraction;
    for (int count = 0; at < text.size() && is_digit(text[at]); ++at, ++count) {
        if (count >= 15) continue;
        fraction.digits = fraction.digits * 10 + (text[at] - '0');
        fraction.scale *= 10;
    }
    return fraction;
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    std::uint64_t total = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::uint64_t whole = 0;
        bool has_digits = is_digit(text[at]);
        if (has_digits && !read_whole(text, at, whole)) return std::nullopt;
        Fraction fraction;
        if (at < text.size() && text[at] == '.') {
            const auto start = ++at;
            fraction = read_fraction(text, at);
            has_digits = has_digits || at > start;
        }
        if (!has_digits) return std::nullopt;
        const auto name = at;
        while (at < text.size() && !is_digit(text[at]) && text[at] != '.') ++at;
        const auto* unit = unit_named(text.substr(name, at - name));
        if (unit == nullptr || whole > longest / unit->nanoseconds) return std::nullopt;
        const auto amount = whole * unit->nanoseconds + fraction.of(*unit);
        if (amount > longest - total) return std::nullopt;
        total += amount;
    }
    return static_cast<std::int64_t>(total);
}

std::string duration_text(std::int64_t nanoseconds) {
    if (nanoseconds == 0) return "0s";
    std::string text = nanoseconds < 0 ? "-" : "";
    auto rest = static_cast<std::uint64_t>(nanoseconds);
    if (nanoseconds < 0) rest = 0 - rest;
    for (const auto& unit : units) {
        if (unit.name == "w" && rest % unit.nanoseconds != 0) continue;
        if (const auto count = rest / unit.nanoseconds; count > 0) {
            text.append(std::to_string(count)).append(unit.name);
            rest -= count * unit.nanoseconds;
        }
    }
    return text;
}

}  // namespace tocsin::core
