#include "config/option_text.hpp"

#include "base/json_string.hpp"
#include "config/option_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace tocsin::core {
namespace {

constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
constexpr auto highest = std::numeric_limits<std::int64_t>::max();

std::string_view name_of(OptionType type) {
    constexpr std::array<std::string_view, 10> names{
        "string", "whole number",    "number", "true or false", "duration",
        "path",   "list of strings", "one of", "template",      "table of templates"};
    return names.at(static_cast<std::size_t>(type));
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The default as a checked value, or the least that the option takes.
std::int64_t number_for(const OptionSpec& spec) {
    if (spec.default_value) return default_option(spec, {}).integer;
    if (!spec.ranged) return spec.type == OptionType::duration ? 1'000'000'000 : 0;
    return spec.minimum != lowest ? spec.minimum : std::min<std::int64_t>(0, spec.maximum);
}

std::string integer_text(const OptionSpec& spec, SampleFormat format) {
    const auto number = number_for(spec);
    const auto text = spec.default_value.value_or("");
    // A default in octal says more so than as a decimal number.
    if (number <= 0 || text.size() < 2 || text.front() != '0' || !is_digits(text)) return std::to_string(number);
    return format == SampleFormat::yaml ? text : "0o" + text.substr(1);
}

/// The shortest digits that say the same, with what makes it a number that is not whole.
std::string real_text(const OptionSpec& spec) {
    const double number = spec.default_value ? default_option(spec, {}).real : static_cast<double>(number_for(spec));
    std::array<char, 32> digits{};
    auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    std::string text(digits.data(), end);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string list_text(const OptionSpec& spec) {
    const auto text = spec.default_value.value_or("");
    if (text.empty()) return "[]";
    std::string list;
    for (const auto& item : default_option(spec, {}).items)
        list.append(list.empty() ? "" : ", ").append(in_quotes(item));
    return "[" + list + "]";
}

}  // namespace

std::string range_text(const OptionSpec& spec) {
    const auto bound = [&](std::int64_t value) {
        return spec.type == OptionType::duration ? duration_text(value) : std::to_string(value);
    };
    if (!spec.ranged || (spec.minimum == lowest && spec.maximum == highest)) return "";
    if (spec.maximum == highest) return " of at least " + bound(spec.minimum);
    if (spec.minimum == lowest) return " of at most " + bound(spec.maximum);
    return " from " + bound(spec.minimum) + " to " + bound(spec.maximum);
}

std::string option_text(const OptionSpec& spec) {
    std::string text{name_of(spec.type)};
    for (std::size_t i = 0; i < spec.choices.size() && spec.type == OptionType::choice; ++i)
        text.append(i == 0 ? " " : ", ").append(spec.choices[i]);
    text += range_text(spec);
    if (spec.secret && spec.references == References::resolved)
        text += R"(, secret: better { file = "..." } or { env = "..." })";
    if (spec.required) return text + ", required";
    if (spec.secret || !spec.default_value) return text + ", optional";
    const bool is_bare = spec.type == OptionType::integer || spec.type == OptionType::real ||
                         spec.type == OptionType::boolean || spec.type == OptionType::list;
    return text + ", default " + (is_bare ? sample_value(spec, SampleFormat::yaml) : in_quotes(*spec.default_value));
}

std::string sample_value(const OptionSpec& spec, SampleFormat format) {
    if (spec.secret && spec.default_value) {
        auto hidden = spec;
        hidden.default_value.reset();
        return sample_value(hidden, format);
    }
    switch (spec.type) {
        case OptionType::integer: return integer_text(spec, format);
        case OptionType::real: return real_text(spec);
        case OptionType::boolean: return number_for(spec) != 0 ? "true" : "false";
        case OptionType::list: return list_text(spec);
        case OptionType::duration: return in_quotes(spec.default_value.value_or(duration_text(number_for(spec))));
        case OptionType::choice: {
            const auto& choice = spec.default_value ? *spec.default_value : spec.choices.front();
            return is_digits(choice) ? choice : in_quotes(choice);
        }
        case OptionType::rendered_table: return "{}";
        default: return in_quotes(spec.default_value.value_or(""));
    }
}

std::string in_quotes(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    std::string safe;
    for (const char c : json) safe.append(c == '\x7f' ? "\\u007f" : std::string(1, c));
    return safe;
}

}  // namespace tocsin::core
