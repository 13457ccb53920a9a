#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace task_log {

/// A time as a log line writes it.
struct LogTime {
    std::chrono::local_time<std::chrono::nanoseconds> local;
    std::optional<std::chrono::minutes> offset;  ///< from UTC, where the text says so
};

/// Reads `2024-05-06 07:08:09,123` and the other forms that Qlik Sense's log4net patterns make: `T` for the blank, `.`
/// for the comma, no fraction, one of any length (digits past the ninth do not count), date and time without
/// separators, and `Z`, `+02:00`, `+0200` or `+02` behind it, with or without a blank. Years 1971 to 2261. Nothing when
/// the text is anything else.
std::optional<LogTime> parse_log_time(std::string_view text) noexcept;

}  // namespace task_log
