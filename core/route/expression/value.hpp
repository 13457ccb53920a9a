#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace re2 {
class RE2;
}

namespace tocsin::core::expression {

class RegexReplacement;

/// The type of an expression; known when it is compiled.
enum class Type : std::uint8_t { boolean, integer, real, string, duration, time, regex, level };

/// With its article, for messages: "a boolean", "an integer", "a float", ...
constexpr std::string_view name_of(Type type) noexcept {
    switch (type) {
        case Type::boolean: return "a boolean";
        case Type::integer: return "an integer";
        case Type::real: return "a float";
        case Type::string: return "a string";
        case Type::duration: return "a duration";
        case Type::time: return "a time";
        case Type::regex: return "a regular expression";
        case Type::level: return "a level";
    }
    return "";
}

/// A value without its type, which the compiled program knows.
union Value {
    Value() noexcept {}
    explicit Value(bool value) noexcept : boolean{value} {}
    explicit Value(std::int64_t value) noexcept : integer{value} {}
    explicit Value(double value) noexcept : real{value} {}
    explicit Value(std::string_view value) noexcept : text{value} {}
    explicit Value(const re2::RE2* value) noexcept : regex{value} {}

    explicit Value(const RegexReplacement* value) noexcept : replacement{value} {}

    bool boolean;
    std::int64_t integer;  ///< integer; duration and time in nanoseconds; level as its number
    double real;
    std::string_view text;  ///< string: bytes of the event, the program or the frame
    const re2::RE2* regex;
    const RegexReplacement* replacement;
};
static_assert(std::is_trivially_copyable_v<Value>);

template <class T>
T get(const Value& value) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
        return value.boolean;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return value.integer;
    } else if constexpr (std::is_same_v<T, double>) {
        return value.real;
    } else {
        static_assert(std::is_same_v<T, std::string_view>);
        return value.text;
    }
}

}  // namespace tocsin::core::expression
