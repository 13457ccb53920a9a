#pragma once

#include "event/event.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// What a value is, seen as Go sees it.
enum class Kind : std::uint32_t {
    none = 1,  ///< a missing tag or field, and the literal nil
    boolean = 2,
    integer = 4,    ///< int: literals and lengths
    integer64 = 8,  ///< int64: fields of events
    byte = 16,      ///< uint8: a byte of a string
    real = 32,
    string = 64,
    json = 128,  ///< compact JSON: a string, but it can be looked into, and `json` writes it out verbatim
    time = 256,
    duration = 512,
    tags = 1024,
    fields = 2048,
    event = 4096,
    month = 8192,
    weekday = 16384,
};

/// A set of kinds: what an expression may turn out to be.
class Kinds {
  public:
    constexpr Kinds() = default;
    constexpr Kinds(Kind kind) : bits_{static_cast<std::uint32_t>(kind)} {}
    constexpr Kinds(std::initializer_list<Kind> kinds) {
        for (const auto kind : kinds) bits_ |= static_cast<std::uint32_t>(kind);
    }

    constexpr bool has(Kind kind) const noexcept { return (bits_ & static_cast<std::uint32_t>(kind)) != 0; }
    constexpr bool has_any(Kinds other) const noexcept { return (bits_ & other.bits_) != 0; }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    constexpr bool operator==(const Kinds&) const = default;

    friend constexpr Kinds operator|(Kinds a, Kinds b) noexcept {
        a.bits_ |= b.bits_;
        return a;
    }

    template <class Call>
    void each(Call call) const {
        for (std::uint32_t bit = 1; bit != 0 && bit <= bits_; bit = static_cast<std::uint32_t>(bit << 1))
            if ((bits_ & bit) != 0) call(static_cast<Kind>(bit));
    }

  private:
    std::uint32_t bits_ = 0;
};

inline constexpr Kinds integers{Kind::integer, Kind::integer64, Kind::byte, Kind::duration, Kind::month, Kind::weekday};
/// Integers that print as text.
inline constexpr Kinds named_integers{Kind::duration, Kind::month, Kind::weekday};
inline constexpr Kinds strings{Kind::string, Kind::json};
inline constexpr Kinds maps{Kind::tags, Kind::fields};
/// What `.Fields.x`, and anything within JSON, may be.
inline constexpr Kinds field_kinds{Kind::none, Kind::boolean, Kind::integer64, Kind::real, Kind::string, Kind::json};
inline constexpr Kinds any_kind =
    integers | strings | maps | field_kinds | Kinds{Kind::integer, Kind::byte, Kind::time, Kind::event};

/// A value on its way through a rendering. Text belongs to the event, the template or the run. `tags`, `fields` and
/// `event` are those of the event that is rendered.
struct Value {
    Kind kind = Kind::none;
    bool boolean = false;
    union {
        std::int64_t integer = 0;  ///< all integers; duration and time in nanoseconds, month 1 to 12, weekday 0 to 6
        double real;
    };
    std::string_view text;  ///< string, json

    static Value of(bool value) noexcept {
        Value result;
        result.kind = Kind::boolean;
        result.boolean = value;
        return result;
    }
    static Value of(Kind kind, std::int64_t value = 0) noexcept {
        Value result;
        result.kind = kind;
        result.integer = value;
        return result;
    }
    static Value of(double value) noexcept {
        Value result;
        result.kind = Kind::real;
        result.real = value;
        return result;
    }
    static Value of(std::string_view value, Kind kind = Kind::string) noexcept {
        Value result;
        result.kind = kind;
        result.text = value;
        return result;
    }
    static Value of(const char* value) noexcept { return of(std::string_view{value}); }
    static Value of(const tocsin_field& field) noexcept;

    bool is_string() const noexcept { return strings.has(kind); }
};

/// Go's truth: not zero, not empty, not missing. JSON is looked at as what it holds: `[]`, `null` and `0` are false.
bool truth(const Value& value, const Event& event) noexcept;

/// "a string", "an integer", ...
std::string_view describe(Kind kind) noexcept;

/// The kinds of a set in words: "a string or an integer". Missing is left out unless it is all there is.
std::string describe(Kinds kinds);

/// The type's name in Go, as %T prints it.
std::string_view go_type(Kind kind) noexcept;

}  // namespace tocsin::core::gotemplate
