#include "route/expression/functions.hpp"

#include <cmath>
#include <random>

namespace tocsin::core::expression {
namespace {

bool count(Frame& frame, Value* values) {
    values[0] = Value{++frame.history().count};
    return true;
}

/// How many standard deviations a value is away from the mean of all values so far, itself included.
bool sigma(Frame& frame, Value* values) {
    History& past = frame.history();
    const double value = values[0].real;
    past.samples += 1;
    const double delta = value - past.mean;
    past.mean += delta / past.samples;
    past.squares += delta * (value - past.mean);
    const double variance = past.squares / (past.samples - 1);
    values[0] = Value{past.samples < 2 || variance == 0 ? 0.0 : std::abs(value - past.mean) / std::sqrt(variance)};
    return true;
}

bool spread(Frame& frame, Value* values) {
    History& past = frame.history();
    const double value = values[0].real;
    if (value < past.least) past.least = value;
    if (value > past.greatest) past.greatest = value;
    values[0] = Value{past.greatest - past.least};
    return true;
}

std::uint64_t random_bits() {
    thread_local std::mt19937_64 generator{std::random_device{}()};
    return generator();
}

bool rand_any(Frame&, Value* values) {
    values[0] = Value{static_cast<std::int64_t>(random_bits() >> 1)};
    return true;
}

bool rand_below(Frame& frame, Value* values) {
    const std::int64_t limit = values[0].integer;
    if (limit <= 0) return frame.fail("rand wants a limit above 0");
    values[0] = Value{static_cast<std::int64_t>(random_bits() % static_cast<std::uint64_t>(limit))};
    return true;
}

constexpr Function functions[] = {
    {"count", count, Type::integer, 0, {}, Nature::remembering},
    {"sigma", sigma, Type::real, 1, {Type::real}, Nature::remembering},
    {"spread", spread, Type::real, 1, {Type::real}, Nature::remembering},
    {"rand", rand_any, Type::integer, 0, {}, Nature::varying},
    {"rand", rand_below, Type::integer, 1, {Type::integer}, Nature::varying},
};

}  // namespace

std::span<const Function> varying_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
