#include "route/gotemplate/time_format.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace tocsin::core::gotemplate {
namespace {

constexpr std::string_view months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
constexpr std::string_view weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

void append_padded(std::string& out, int number, std::size_t width, char with) {
    const auto digits = std::to_string(number);
    if (digits.size() < width) out.append(width - digits.size(), with);
    out += digits;
}

bool begins_lower(std::string_view text) { return !text.empty() && text[0] >= 'a' && text[0] <= 'z'; }
bool is_digit_at(std::string_view text, std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

}  // namespace

CivilTime CivilTime::of(std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t day_seconds = 86'400;
    auto whole = nanoseconds / second;
    auto fraction = nanoseconds % second;
    if (fraction < 0) {
        fraction += second;
        --whole;
    }
    auto days = whole / day_seconds;
    auto rest = whole % day_seconds;
    if (rest < 0) {
        rest += day_seconds;
        --days;
    }
    const std::chrono::sys_days midnight{std::chrono::days{days}};
    const std::chrono::year_month_day date{midnight};
    CivilTime time;
    time.year = static_cast<int>(date.year());
    time.month = static_cast<int>(static_cast<unsigned>(date.month()));
    time.day = static_cast<int>(static_cast<unsigned>(date.day()));
    time.hour = static_cast<int>(rest / 3600);
    time.minute = static_cast<int>(rest / 60 % 60);
    time.second = static_cast<int>(rest % 60);
    time.nanosecond = static_cast<int>(fraction);
    time.weekday = static_cast<int>(std::chrono::weekday{midnight}.c_encoding());
    const std::chrono::sys_days new_year{date.year() / std::chrono::January / 1};
    time.year_day = static_cast<int>((midnight - new_year).count()) + 1;
    return time;
}

std::string month_name(std::int64_t month) {
    if (month >= 1 && month <= 12) return std::string{months[month - 1]};
    return "%!Month(" + std::to_string(month) + ")";
}

std::string weekday_name(std::int64_t weekday) {
    if (weekday >= 0 && weekday <= 6) return std::string{weekdays[weekday]};
    return "%!Weekday(" + std::to_string(weekday) + ")";
}

/// What a layout begins with, if that is no plain text.
struct TimeLayout::Found {
    std::optional<Piece> piece;
    std::size_t size = 0;
};

TimeLayout::Found TimeLayout::find(std::string_view layout) {
    struct Word {
        std::string_view text;
        Part part;
        std::string_view literal = {};  ///< of a zone: how UTC is written
    };
    // The longer one of two that begin alike stands first.
    static constexpr Word words[] = {
        {"January", Part::long_month},
        {"Monday", Part::long_weekday},
        {"MST", Part::text, "UTC"},
        {"01", Part::padded_month},
        {"002", Part::padded_year_day},
        {"02", Part::padded_day},
        {"03", Part::padded_hour12},
        {"04", Part::padded_minute},
        {"05", Part::padded_second},
        {"06", Part::year},
        {"15", Part::hour},
        {"1", Part::month_number},
        {"2006", Part::long_year},
        {"2", Part::day},
        {"__2", Part::spaced_year_day},
        {"_2", Part::spaced_day},
        {"3", Part::hour12},
        {"4", Part::minute},
        {"5", Part::second},
        {"PM", Part::upper_noon},
        {"pm", Part::lower_noon},
        {"-070000", Part::text, "+000000"},
        {"-07:00:00", Part::text, "+00:00:00"},
        {"-0700", Part::text, "+0000"},
        {"-07:00", Part::text, "+00:00"},
        {"-07", Part::text, "+00"},
        {"Z070000", Part::text, "Z"},
        {"Z07:00:00", Part::text, "Z"},
        {"Z0700", Part::text, "Z"},
        {"Z07:00", Part::text, "Z"},
        {"Z07", Part::text, "Z"},
    };
    if (layout.starts_with("_2006")) return {Piece{Part::text, "_"}, 1};
    for (const auto& word : words)
        if (layout.starts_with(word.text)) return {Piece{word.part, std::string{word.literal}}, word.text.size()};
    if (layout.starts_with("Jan") && !begins_lower(layout.substr(3))) return {Piece{Part::month, ""}, 3};
    if (layout.starts_with("Mon") && !begins_lower(layout.substr(3))) return {Piece{Part::weekday, ""}, 3};
    const bool is_fraction =
        layout.size() > 1 && (layout[0] == '.' || layout[0] == ',') && (layout[1] == '0' || layout[1] == '9');
    if (!is_fraction) return {};
    const auto end = std::min(layout.find_first_not_of(layout[1], 1), layout.size());
    if (is_digit_at(layout, end)) return {};
    const auto part = layout[1] == '0' ? Part::fraction : Part::trimmed_fraction;
    return {Piece{part, std::string{layout[0]}, static_cast<int>(std::min<std::size_t>(end - 1, 9))}, end};
}

TimeLayout::TimeLayout(std::string_view layout) {
    const auto add_text = [this](std::string_view text) {
        if (pieces_.empty() || pieces_.back().part != Part::text) pieces_.push_back({Part::text, {}});
        pieces_.back().text += text;
    };
    while (!layout.empty()) {
        auto found = find(layout);
        if (!found.piece)
            add_text(layout.substr(0, 1));
        else if (found.piece->part == Part::text)
            add_text(found.piece->text);
        else
            pieces_.push_back(std::move(*found.piece));
        layout.remove_prefix(std::max<std::size_t>(found.size, 1));
    }
}

void TimeLayout::append(std::string& out, std::int64_t nanoseconds) const {
    const auto time = CivilTime::of(nanoseconds);
    for (const auto& piece : pieces_) append_piece(out, piece, time);
}

void TimeLayout::append_piece(std::string& out, const Piece& piece, const CivilTime& time) {
    const auto month = months[time.month - 1];
    const auto weekday = weekdays[time.weekday];
    const int hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12;
    const bool is_morning = time.hour < 12;
    switch (piece.part) {
        case Part::text: out += piece.text; break;
        case Part::long_year: append_padded(out, time.year, 4, '0'); break;
        case Part::year: append_padded(out, time.year % 100, 2, '0'); break;
        case Part::long_month: out += month; break;
        case Part::month: out += month.substr(0, 3); break;
        case Part::month_number: append_padded(out, time.month, 0, '0'); break;
        case Part::padded_month: append_padded(out, time.month, 2, '0'); break;
        case Part::long_weekday: out += weekday; break;
        case Part::weekday: out += weekday.substr(0, 3); break;
        case Part::day: append_padded(out, time.day, 0, '0'); break;
        case Part::spaced_day: append_padded(out, time.day, 2, ' '); break;
        case Part::padded_day: append_padded(out, time.day, 2, '0'); break;
        case Part::spaced_year_day: append_padded(out, time.year_day, 3, ' '); break;
        case Part::padded_year_day: append_padded(out, time.year_day, 3, '0'); break;
        case Part::hour: append_padded(out, time.hour, 2, '0'); break;
        case Part::hour12: append_padded(out, hour12, 0, '0'); break;
        case Part::padded_hour12: append_padded(out, hour12, 2, '0'); break;
        case Part::minute: append_padded(out, time.minute, 0, '0'); break;
        case Part::padded_minute: append_padded(out, time.minute, 2, '0'); break;
        case Part::second: append_padded(out, time.second, 0, '0'); break;
        case Part::padded_second: append_padded(out, time.second, 2, '0'); break;
        case Part::upper_noon: out += is_morning ? "AM" : "PM"; break;
        case Part::lower_noon: out += is_morning ? "am" : "pm"; break;
        case Part::fraction:
        case Part::trimmed_fraction: {
            std::string digits;
            append_padded(digits, time.nanosecond, 9, '0');
            digits.resize(static_cast<std::size_t>(piece.digits));
            if (piece.part == Part::trimmed_fraction) digits.resize(digits.find_last_not_of('0') + 1);
            if (!digits.empty()) (out += piece.text) += digits;
            break;
        }
    }
}

}  // namespace tocsin::core::gotemplate
