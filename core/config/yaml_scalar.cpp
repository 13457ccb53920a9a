#include "config/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 5> null_words{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> true_words{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                      "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> false_words{"n",     "N",     "no",  "No",  "NO", "false",
                                                       "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 3> nan_words{".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 3> infinity_words{".inf", ".Inf", ".INF"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> whole_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char letter = static_cast<char>(text[1] | 0x20);
        base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
        text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
    }
    std::uint64_t magnitude = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > largest + (negative ? 1 : 0)) return std::nullopt;
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

/// Only what yaml.v2 takes for a number: no "inf", no hexadecimal, at least one digit.
std::optional<double> number(std::string_view text) {
    std::size_t i = 0;
    const auto digits = [&] {
        const auto start = i;
        while (i < text.size() && is_digit(text[i])) ++i;
        return i > start;
    };
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const auto whole = digits();
    if (i < text.size() && text[i] == '.') {
        ++i;
        if (!digits() && !whole) return std::nullopt;
    } else if (!whole) {
        return std::nullopt;
    }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
        if (!digits()) return std::nullopt;
    }
    if (i != text.size()) return std::nullopt;

    double value = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{}) return std::nullopt;
    return value;
}

void resolve_number(Node& node) {
    std::string digits = node.text;
    if (digits.front() != '.') std::erase(digits, '_');
    if (const auto whole = whole_number(digits)) {
        node.kind = Node::Kind::integer;
        node.integer = *whole;
    } else if (const auto real = number(digits)) {
        node.kind = Node::Kind::real;
        node.real = *real;
    }
}

}  // namespace

void resolve_plain_scalar(Node& node) {
    const std::string_view text = node.text;
    node.kind = Node::Kind::string;
    if (is_one_of(text, null_words)) {
        node.kind = Node::Kind::null;
    } else if (is_one_of(text, true_words) || is_one_of(text, false_words)) {
        node.kind = Node::Kind::boolean;
        node.boolean = is_one_of(text, true_words);
    } else if (is_one_of(text, nan_words)) {
        node.kind = Node::Kind::real;
        node.real = std::numeric_limits<double>::quiet_NaN();
    } else if (const bool is_signed = text.starts_with('-') || text.starts_with('+');
               is_one_of(text.substr(is_signed ? 1 : 0), infinity_words)) {
        node.kind = Node::Kind::real;
        node.real = std::numeric_limits<double>::infinity() * (text.starts_with('-') ? -1 : 1);
    } else if (is_signed || text.front() == '.' || is_digit(text.front())) {
        resolve_number(node);
    }
}

}  // namespace tocsin::core
