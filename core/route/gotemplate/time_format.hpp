#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core::gotemplate {

/// A point in time in UTC, as a calendar and a clock show it.
struct CivilTime {
    int year = 1970;
    int month = 1;  ///< 1 to 12
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int nanosecond = 0;
    int weekday = 0;   ///< 0 is Sunday
    int year_day = 1;  ///< 1 to 366

    /// Nanoseconds since 1970.
    static CivilTime of(std::int64_t nanoseconds) noexcept;
};

/// `month` is 1 to 12, `weekday` 0 (Sunday) to 6; anything else gives what Go prints for it, such as `%!Month(13)`.
std::string month_name(std::int64_t month);
std::string weekday_name(std::int64_t weekday);

/// A layout of Go's time.Format (package time, "Constants"): `2006-01-02 15:04:05.000 Mon`. The zone is UTC.
class TimeLayout {
  public:
    explicit TimeLayout(std::string_view layout);

    void append(std::string& out, std::int64_t nanoseconds) const;

  private:
    enum class Part : std::uint8_t {
        text,
        long_year,
        year,
        long_month,
        month,
        month_number,
        padded_month,
        long_weekday,
        weekday,
        day,
        spaced_day,
        padded_day,
        spaced_year_day,
        padded_year_day,
        hour,
        hour12,
        padded_hour12,
        minute,
        padded_minute,
        second,
        padded_second,
        upper_noon,
        lower_noon,
        fraction,
        trimmed_fraction,
    };
    struct Piece {
        Part part;
        std::string text;  ///< of `text`; the separator of a fraction
        int digits = 0;    ///< of a fraction
    };
    struct Found;

    static Found find(std::string_view layout);
    static void append_piece(std::string& out, const Piece& piece, const CivilTime& time);

    std::vector<Piece> pieces_;
};

}  // namespace tocsin::core::gotemplate
