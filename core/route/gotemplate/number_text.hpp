#pragma once

#include "route/gotemplate/value.hpp"

#include <cstdint>
#include <string>

namespace tocsin::core::gotemplate {

/// Digits of a fraction that are written at most: what would follow are zeros.
inline constexpr int longest_fraction = 1100;

/// Appends a number as Go's strconv.AppendFloat writes it. `verb` is one of `b e E f g G x X`; `precision` -1 asks for
/// the fewest digits that read back; above longest_fraction it counts as that.
void append_float(std::string& out, double number, char verb, int precision);

/// What the flag `#` does to a number that append_float wrote, with a sign put in front: the decimal point and trailing
/// zeros are kept.
void keep_zeros(std::string& number, int verb, int precision);

/// Appends nanoseconds as Go prints a duration: `1m30s`, `1.5s`, `2µs`, `0s`.
void append_duration(std::string& out, std::int64_t nanoseconds);

/// Appends what Go prints for a value of `named_integers`: `3s`, `November`, `Tuesday`.
void append_named_integer(std::string& out, const Value& value);

/// Appends nanoseconds since 1970 as Go prints a time in UTC: `2023-11-14 22:13:20.5 +0000 UTC`.
void append_time_text(std::string& out, std::int64_t nanoseconds);

/// A time in UTC as %#v writes it: `time.Date(2023, time.November, 14, 22, 13, 20, 0, time.UTC)`.
std::string time_as_code(std::int64_t nanoseconds);

}  // namespace tocsin::core::gotemplate
