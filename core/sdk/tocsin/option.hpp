#pragma once

#include <tocsin/abi.h>
#include <tocsin/string.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

enum class OptionType : std::uint32_t {
    string = TOCSIN_OPTION_STRING,
    integer = TOCSIN_OPTION_INTEGER,
    real = TOCSIN_OPTION_FLOAT,
    boolean = TOCSIN_OPTION_BOOLEAN,
    duration = TOCSIN_OPTION_DURATION,
    path = TOCSIN_OPTION_PATH,
    list = TOCSIN_OPTION_LIST,
    choice = TOCSIN_OPTION_CHOICE,
    rendered = TOCSIN_OPTION_TEMPLATE,
    rendered_table = TOCSIN_OPTION_TEMPLATE_TABLE,
};

/// Whether values of this type come rendered with each delivery.
constexpr bool comes_rendered(OptionType type) noexcept {
    return type == OptionType::rendered || type == OptionType::rendered_table;
}

inline constexpr auto string = OptionType::string;
inline constexpr auto integer = OptionType::integer;
inline constexpr auto real = OptionType::real;
inline constexpr auto boolean = OptionType::boolean;
inline constexpr auto duration = OptionType::duration;
inline constexpr auto path = OptionType::path;
inline constexpr auto list = OptionType::list;
inline constexpr auto choice = OptionType::choice;
/// A template that the host compiles; handler options only.
inline constexpr auto rendered = OptionType::rendered;
/// A table of such templates, which arrives as one JSON object of strings; handler options only.
inline constexpr auto rendered_table = OptionType::rendered_table;

/// Declares one option of a kind. An option is required unless it has a default or is marked optional.
struct Option : tocsin_option {
    constexpr Option(std::string_view name, OptionType type, std::string_view help) noexcept : tocsin_option{} {
        struct_size = sizeof(tocsin_option);
        this->type = static_cast<std::uint32_t>(type);
        flags = TOCSIN_OPTION_REQUIRED;
        this->name = abi(name);
        this->help = abi(help);
    }

    constexpr Option optional() const noexcept {
        Option copy = *this;
        copy.flags &= ~TOCSIN_OPTION_REQUIRED;
        return copy;
    }

    /// `text`: as it would be written in a file.
    constexpr Option defaults(std::string_view text) const noexcept {
        Option copy = optional();
        copy.default_value = abi(text);
        return copy;
    }

    /// Both bounds included; durations in nanoseconds.
    constexpr Option range(std::int64_t minimum, std::int64_t maximum) const noexcept {
        Option copy = *this;
        copy.flags |= TOCSIN_OPTION_RANGE;
        copy.minimum = minimum;
        copy.maximum = maximum;
        return copy;
    }
    constexpr Option range(std::chrono::nanoseconds minimum, std::chrono::nanoseconds maximum) const noexcept {
        return range(minimum.count(), maximum.count());
    }

    /// `text`: the values separated by '|'.
    constexpr Option choices(std::string_view text) const noexcept {
        Option copy = *this;
        copy.tocsin_option::choices = abi(text);
        return copy;
    }

    constexpr Option secret() const noexcept {
        Option copy = *this;
        copy.flags |= TOCSIN_OPTION_SECRET;
        return copy;
    }

    constexpr Option role(std::uint32_t role) const noexcept {
        Option copy = *this;
        copy.tocsin_option::role = role;
        return copy;
    }

    constexpr Option mqtt_topic() const noexcept {
        Option copy = *this;
        copy.escape = TOCSIN_ESCAPE_MQTT_TOPIC;
        return copy;
    }
};
static_assert(sizeof(Option) == sizeof(tocsin_option));

/// What is wrong with options beyond their schema, to be told at the places where they stand. Thrown out of a
/// constructor or bind.
class OptionMistakes : public std::exception {
  public:
    void add(std::string_view option, std::string_view what) { add(std::string{option}.append(": ").append(what)); }
    /// `line`: "<option>: <what>".
    void add(std::string_view line) {
        if (!text_.empty()) text_ += '\n';
        text_.append(line);
    }
    bool empty() const noexcept { return text_.empty(); }
    const char* what() const noexcept override { return text_.c_str(); }

  private:
    std::string text_;
};

/// The checked values of a kind's options, copied out of a create or bind call.
class Options {
  public:
    Options() = default;

    Options(std::span<const Option> declared, const tocsin_value* values, std::uint64_t count) : declared_{declared} {
        if (count < declared.size()) throw std::logic_error{"the host passed too few options"};
        values_.reserve(declared.size());
        for (std::size_t i = 0; i < declared.size(); ++i) values_.emplace_back(values[i]);
    }

    /// Whether the option was given or has a default. Throws std::logic_error for an option the kind never declared.
    bool has(std::string_view name) const { return at(name).is_set; }

    /// String, path or choice; empty when left out.
    std::string_view text(std::string_view name) const { return at(name).text; }
    std::int64_t integer(std::string_view name) const { return at(name).integer; }
    double real(std::string_view name) const { return at(name).number; }
    bool boolean(std::string_view name) const { return at(name).integer != 0; }
    std::chrono::nanoseconds duration(std::string_view name) const {
        return std::chrono::nanoseconds{at(name).integer};
    }
    const std::vector<std::string>& list(std::string_view name) const { return at(name).items; }

    std::span<const Option> declared() const noexcept { return declared_; }

  private:
    struct Value {
        explicit Value(const tocsin_value& from)
            : is_set{from.is_set != 0}, text{view(from.text)}, integer{from.integer}, number{from.number} {
            for (std::uint64_t i = 0; i < from.item_count; ++i) items.emplace_back(view(from.items[i]));
        }
        bool is_set;
        std::string text;
        std::int64_t integer;
        double number;
        std::vector<std::string> items;
    };

    const Value& at(std::string_view name) const {
        for (std::size_t i = 0; i < declared_.size(); ++i)
            if (view(declared_[i].name) == name) return values_[i];
        throw std::logic_error{"option not declared: " + std::string{name}};
    }

    std::span<const Option> declared_;
    std::vector<Value> values_;
};

}  // namespace tocsin
