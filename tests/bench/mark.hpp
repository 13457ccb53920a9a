#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string_view>

namespace tocsin::bench {

/// What each datagram carries in its text, and what the other end looks for: `seq=<10 digits> sent=<19 digits>`.
struct Mark {
    std::uint64_t sequence = 0;  ///< from 0
    std::int64_t sent = 0;       ///< of the monotonic clock, in nanoseconds
};

inline constexpr std::size_t mark_size = 4 + 10 + 1 + 5 + 19;

inline std::int64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

inline void put_digits(char* at, int count, std::uint64_t value) {
    for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

/// `at`: room for mark_size bytes, which hold the names already.
inline void write_mark(char* at, const Mark& mark) {
    put_digits(at + 4, 10, mark.sequence);
    put_digits(at + 20, 19, static_cast<std::uint64_t>(mark.sent));
}

inline std::optional<Mark> find_mark(std::string_view text) {
    const auto at = text.find("seq=");
    if (at == std::string_view::npos || text.size() - at < mark_size) return std::nullopt;
    Mark mark;
    const char* digits = text.data() + at;
    if (std::from_chars(digits + 4, digits + 14, mark.sequence).ptr != digits + 14) return std::nullopt;
    if (std::from_chars(digits + 20, digits + 39, mark.sent).ptr != digits + 39) return std::nullopt;
    return mark;
}

}  // namespace tocsin::bench
