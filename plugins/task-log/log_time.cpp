#include "log_time.hpp"

namespace task_log {
namespace {

// Reads a text from left to right; each function takes what it describes, or nothing and answers false.
class Reader {
  public:
    explicit Reader(std::string_view text) noexcept : rest_{text} {}

    bool at_end() const noexcept { return rest_.empty(); }

    bool take(char c) noexcept {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool take_any(char a, char b) noexcept { return take(a) || take(b); }

    bool number(int digits, int minimum, int maximum, int& value) noexcept {
        if (rest_.size() < static_cast<std::size_t>(digits)) return false;
        value = 0;
        for (int i = 0; i < digits; ++i) {
            const char c = rest_[static_cast<std::size_t>(i)];
            if (c < '0' || c > '9') return false;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(static_cast<std::size_t>(digits));
        return value >= minimum && value <= maximum;
    }

    bool fraction(std::chrono::nanoseconds& value) noexcept {
        std::int64_t unit = 100'000'000;
        std::int64_t sum = 0;
        bool any = false;
        for (int digit = 0; number(1, 0, 9, digit); any = true) {
            sum += unit * digit;
            unit /= 10;
        }
        value = std::chrono::nanoseconds{sum};
        return any;
    }

  private:
    std::string_view rest_;
};

bool parse_date(Reader& in, std::chrono::year_month_day& date) noexcept {
    int year = 0;
    int month = 0;
    int day = 0;
    if (!in.number(4, 1971, 2261, year)) return false;
    const bool dashes = in.take('-');
    if (!in.number(2, 1, 12, month) || in.take('-') != dashes || !in.number(2, 1, 31, day)) return false;
    date = std::chrono::year{year} / month / day;
    return date.ok();
}

bool parse_clock(Reader& in, std::chrono::nanoseconds& since_midnight) noexcept {
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::chrono::nanoseconds fraction{};
    if (!in.number(2, 0, 23, hour)) return false;
    const bool colons = in.take(':');
    if (!in.number(2, 0, 59, minute) || in.take(':') != colons || !in.number(2, 0, 59, second)) return false;
    if (in.take_any(',', '.') && !in.fraction(fraction)) return false;
    since_midnight = std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} + fraction;
    return true;
}

bool parse_offset(Reader& in, std::optional<std::chrono::minutes>& offset) noexcept {
    if (in.at_end()) return true;
    in.take(' ');
    if (in.take_any('Z', 'z')) {
        offset = std::chrono::minutes{0};
        return in.at_end();
    }
    const bool negative = in.take('-');
    int hours = 0;
    int minutes = 0;
    if ((!negative && !in.take('+')) || !in.number(2, 0, 23, hours)) return false;
    if (!in.at_end()) {
        in.take(':');
        if (!in.number(2, 0, 59, minutes)) return false;
    }
    offset = std::chrono::minutes{(negative ? -1 : 1) * (60 * hours + minutes)};
    return in.at_end();
}

}  // namespace

std::optional<LogTime> parse_log_time(std::string_view text) noexcept {
    Reader in{text};
    std::chrono::year_month_day date{};
    std::chrono::nanoseconds clock{};
    LogTime time;
    if (!parse_date(in, date) || !in.take_any(' ', 'T') || !parse_clock(in, clock) || !parse_offset(in, time.offset))
        return std::nullopt;
    time.local = std::chrono::local_days{date} + clock;
    return time;
}

}  // namespace task_log
