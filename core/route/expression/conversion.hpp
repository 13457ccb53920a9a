#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::core::expression {

// Values read from texts and written as Kapacitor's conversion functions do. What a text does not say is nothing.

/// 1 t T TRUE true True 0 f F FALSE false False
std::optional<bool> read_boolean(std::string_view text) noexcept;

/// Digits, with a sign or without.
std::optional<std::int64_t> read_integer(std::string_view text) noexcept;

/// Decimal, with an exponent or without; Inf, Infinity and NaN in any case. Too large for a float is nothing.
std::optional<double> read_real(std::string_view text) noexcept;

/// `5m`, `1h30m`, `-10s`; the units are those of literals and ns. In nanoseconds; nothing when it is too long.
std::optional<std::int64_t> read_duration(std::string_view text) noexcept;

/// A text that was written into a buffer of its own.
class WrittenText {
  public:
    void append(char byte) noexcept { bytes_[size_++] = byte; }
    void append(std::string_view text) noexcept;
    void append(std::size_t count, char byte) noexcept;
    void append(std::int64_t number) noexcept;
    std::string_view view() const noexcept { return {bytes_, size_}; }

  private:
    std::size_t size_ = 0;
    char bytes_[400];  // a float has 309 digits before its point, or 324 zeros behind it and 17 digits, at most
};

/// With as few digits as read back to the same number, never with an exponent: `0.1`, `100000`, `NaN`, `+Inf`.
WrittenText write_real(double number) noexcept;

/// A number of the largest unit that needs no fraction: `90s`, `2h`, `1w`, `0s`, `1500ns`.
WrittenText write_duration(std::int64_t nanoseconds) noexcept;

/// Powers of 1000, with one digit behind the point below 10: `83 MB`, `1.5 kB`, `9 B`.
WrittenText write_bytes(std::uint64_t bytes) noexcept;

}  // namespace tocsin::core::expression
