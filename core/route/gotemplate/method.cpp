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
    const auto whole_units = duration.integer / unit;
    const auto rest = duration.integer % unit;
    return Value::of(static_cast<double>(whole_units) + static_cast<double>(rest) / static_cast<double>(unit));
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
    {"Day", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::day>},
    {"Format", Kind::time, Kind::string, Kind::string, format},
    {"Hour", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::hour>},
    {"IsZero", Kind::time, Kind::boolean, {}, never},
    {"Minute", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::minute>},
    {"Month", Kind::time, Kind::month, {}, part_of_time<&CivilTime::month, Kind::month>},
    {"Nanosecond", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::nanosecond>},
    {"Second", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::second>},
    {"String", Kind::time, Kind::string, {}, time_text},
    {"UTC", Kind::time, Kind::time, {}, same},
    {"Unix", Kind::time, Kind::integer64, {}, since_1970<second>},
    {"UnixMicro", Kind::time, Kind::integer64, {}, since_1970<1'000>},
    {"UnixMilli", Kind::time, Kind::integer64, {}, since_1970<1'000'000>},
    {"UnixNano", Kind::time, Kind::integer64, {}, since_1970<1>},
    {"Weekday", Kind::time, Kind::weekday, {}, part_of_time<&CivilTime::weekday, Kind::weekday>},
    {"Year", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::year>},
    {"YearDay", Kind::time, Kind::integer, {}, part_of_time<&CivilTime::year_day>},
    {"Abs", Kind::duration, Kind::duration, {}, absolute},
    {"Hours", Kind::duration, Kind::real, {}, real<3600 * second>},
    {"Microseconds", Kind::duration, Kind::integer64, {}, whole<1'000>},
    {"Milliseconds", Kind::duration, Kind::integer64, {}, whole<1'000'000>},
    {"Minutes", Kind::duration, Kind::real, {}, real<60 * second>},
    {"Nanoseconds", Kind::duration, Kind::integer64, {}, whole<1>},
    {"Round", Kind::duration, Kind::duration, Kind::duration, round},
    {"Seconds", Kind::duration, Kind::real, {}, real<second>},
    {"String", Kind::duration, Kind::string, {}, named_text},
    {"Truncate", Kind::duration, Kind::duration, Kind::duration, truncate},
    {"String", Kind::month, Kind::string, {}, named_text},
    {"String", Kind::weekday, Kind::string, {}, named_text},
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
