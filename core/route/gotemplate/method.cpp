#include "route/gotemplate/method.hpp"

#include "route/gotemplate/number_text.hpp"
#include "route/gotemplate/time_format.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t floor_divide(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

template <std::int64_t unit>
Value since_1970(Run&, const Value& time, const Value&) {
    return Value::of(Kind::integer64, floor_divide(time.integer, unit));
}

template <int CivilTime::*part, Kind kind = Kind::integer>
Value part_of_time(Run&, const Value& time, const Value&) {
    return Value::of(kind, CivilTime::of(time.integer).*part);
}

Value same(Run&, const Value& value, const Value&) { return value; }
Value never(Run&, const Value&, const Value&) { return Value::of(false); }

Value format(Run& run, const Value& time, const Value& layout) {
    std::string text;
    TimeLayout{layout.text}.append(text, time.integer);
    return Value::of(run.keep(std::move(text)));
}

Value time_text(Run& run, const Value& time, const Value&) {
    std::string text;
    append_time_text(text, time.integer);
    return Value::of(run.keep(std::move(text)));
}

Value named_text(Run& run, const Value& value, const Value&) {
    std::string text;
    append_named_integer(text, value);
    return Value::of(run.keep(std::move(text)));
}

template <std::int64_t unit>
Value whole(Run&, const Value& duration, const Value&) {
    return Value::of(Kind::integer64, duration.integer / unit);
}

/// Whole and fraction apart, as Go does it.
template <std::int64_t unit>
Value real(Run&, const Value& duration, const Value&) {
    return Value::of(static_cast<double>(duration.integer / unit) +
                     static_cast<double>(duration.integer % unit) / static_cast<double>(unit));
}

Value absolute(Run&, const Value& duration, const Value&) {
    constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    const auto value = duration.integer;
    return Value::of(Kind::duration, value == smallest ? largest : value < 0 ? -value : value);
}

Value truncate(Run&, const Value& duration, const Value& unit) {
    if (unit.integer <= 0) return duration;
    return Value::of(Kind::duration, duration.integer - duration.integer % unit.integer);
}

/// Halves away from zero; what does not fit becomes the largest there is.
Value round(Run&, const Value& duration, const Value& unit) {
    if (unit.integer <= 0) return duration;
    using Limits = std::numeric_limits<std::int64_t>;
    const auto value = duration.integer;
    const auto rest = value % unit.integer;
    const auto magnitude = rest < 0 ? -rest : rest;
    const bool up = magnitude >= unit.integer - magnitude;
    const auto down = value - rest;
    if (!up) return Value::of(Kind::duration, down);
    if (value < 0) {
        const bool fits = down >= Limits::min() + unit.integer;
        return Value::of(Kind::duration, fits ? down - unit.integer : Limits::min());
    }
    const bool fits = down <= Limits::max() - unit.integer;
    return Value::of(Kind::duration, fits ? down + unit.integer : Limits::max());
}

constexpr Method methods[] = {
    {Kind::time, "Day", Kind::integer, {}, part_of_time<&CivilTime::day>},
    {Kind::time, "Format", Kind::string, Kind::string, format},
    {Kind::time, "Hour", Kind::integer, {}, part_of_time<&CivilTime::hour>},
    {Kind::time, "IsZero", Kind::boolean, {}, never},
    {Kind::time, "Minute", Kind::integer, {}, part_of_time<&CivilTime::minute>},
    {Kind::time, "Month", Kind::month, {}, part_of_time<&CivilTime::month, Kind::month>},
    {Kind::time, "Nanosecond", Kind::integer, {}, part_of_time<&CivilTime::nanosecond>},
    {Kind::time, "Second", Kind::integer, {}, part_of_time<&CivilTime::second>},
    {Kind::time, "String", Kind::string, {}, time_text},
    {Kind::time, "UTC", Kind::time, {}, same},
    {Kind::time, "Unix", Kind::integer64, {}, since_1970<second>},
    {Kind::time, "UnixMicro", Kind::integer64, {}, since_1970<1'000>},
    {Kind::time, "UnixMilli", Kind::integer64, {}, since_1970<1'000'000>},
    {Kind::time, "UnixNano", Kind::integer64, {}, since_1970<1>},
    {Kind::time, "Weekday", Kind::weekday, {}, part_of_time<&CivilTime::weekday, Kind::weekday>},
    {Kind::time, "Year", Kind::integer, {}, part_of_time<&CivilTime::year>},
    {Kind::time, "YearDay", Kind::integer, {}, part_of_time<&CivilTime::year_day>},
    {Kind::duration, "Abs", Kind::duration, {}, absolute},
    {Kind::duration, "Hours", Kind::real, {}, real<3600 * second>},
    {Kind::duration, "Microseconds", Kind::integer64, {}, whole<1'000>},
    {Kind::duration, "Milliseconds", Kind::integer64, {}, whole<1'000'000>},
    {Kind::duration, "Minutes", Kind::real, {}, real<60 * second>},
    {Kind::duration, "Nanoseconds", Kind::integer64, {}, whole<1>},
    {Kind::duration, "Round", Kind::duration, Kind::duration, round},
    {Kind::duration, "Seconds", Kind::real, {}, real<second>},
    {Kind::duration, "String", Kind::string, {}, named_text},
    {Kind::duration, "Truncate", Kind::duration, Kind::duration, truncate},
    {Kind::month, "String", Kind::string, {}, named_text},
    {Kind::weekday, "String", Kind::string, {}, named_text},
};

}  // namespace

const Method* find_method(Kind receiver, std::string_view name) noexcept {
    for (const auto& method : methods)
        if (method.receiver == receiver && method.name == name) return &method;
    return nullptr;
}

std::span<const std::string> method_names(Kind receiver) {
    static const auto names = [] {
        std::map<Kind, std::vector<std::string>> all;
        for (const auto& method : methods) all[method.receiver].emplace_back(method.name);
        return all;
    }();
    return names.at(receiver);
}

}  // namespace tocsin::core::gotemplate
