#include "route/expression/functions.hpp"

#include <ctime>

namespace tocsin::core::expression {
namespace {

bool now(Frame& frame, Value* values) {
    values[0] = Value{frame.now()};
    return true;
}

bool unix_nano(Frame&, Value*) { return true; }

std::tm local_time(std::int64_t nanoseconds) {
    constexpr std::int64_t second = 1'000'000'000;
    const auto seconds = static_cast<std::time_t>(nanoseconds / second - (nanoseconds % second < 0 ? 1 : 0));
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return parts;
}

template <int std::tm::*part, int first>
bool part_of(Frame&, Value* values) {
    values[0] = Value{std::int64_t{local_time(values[0].integer).*part} + first};
    return true;
}

constexpr Function functions[] = {
    {"now", now, Type::time},
    {"unixNano", unix_nano, Type::integer, 1, {Type::time}},
    {"minute", part_of<&std::tm::tm_min, 0>, Type::integer, 1, {Type::time}},
    {"hour", part_of<&std::tm::tm_hour, 0>, Type::integer, 1, {Type::time}},
    {"weekday", part_of<&std::tm::tm_wday, 0>, Type::integer, 1, {Type::time}},
    {"day", part_of<&std::tm::tm_mday, 0>, Type::integer, 1, {Type::time}},
    {"month", part_of<&std::tm::tm_mon, 1>, Type::integer, 1, {Type::time}},
    {"year", part_of<&std::tm::tm_year, 1900>, Type::integer, 1, {Type::time}},
};

}  // namespace

std::span<const Function> time_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
