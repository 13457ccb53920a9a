#include "route/expression/functions.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include <math.h>  // j0, y0 and their like are POSIX's

namespace tocsin::core::expression {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

template <double (*calculate)(double)>
bool of_one(Frame&, Value* values) {
    values[0] = Value{calculate(values[0].real)};
    return true;
}

template <double (*calculate)(double, double)>
bool of_two(Frame&, Value* values) {
    values[0] = Value{calculate(values[0].real, values[1].real)};
    return true;
}

// The C library's are overloaded, so that they need a name of their own here.
#define TOCSIN_OF_ONE(name) \
    double name##_of(double x) { return std::name(x); }
TOCSIN_OF_ONE(acos)
TOCSIN_OF_ONE(acosh)
TOCSIN_OF_ONE(asin)
TOCSIN_OF_ONE(asinh)
TOCSIN_OF_ONE(atan)
TOCSIN_OF_ONE(atanh)
TOCSIN_OF_ONE(ceil)
TOCSIN_OF_ONE(cos)
TOCSIN_OF_ONE(cosh)
TOCSIN_OF_ONE(erf)
TOCSIN_OF_ONE(erfc)
TOCSIN_OF_ONE(exp)
TOCSIN_OF_ONE(exp2)
TOCSIN_OF_ONE(expm1)
TOCSIN_OF_ONE(fabs)
TOCSIN_OF_ONE(floor)
TOCSIN_OF_ONE(log)
TOCSIN_OF_ONE(log10)
TOCSIN_OF_ONE(log1p)
TOCSIN_OF_ONE(log2)
TOCSIN_OF_ONE(logb)
TOCSIN_OF_ONE(sin)
TOCSIN_OF_ONE(sinh)
TOCSIN_OF_ONE(sqrt)
TOCSIN_OF_ONE(tan)
TOCSIN_OF_ONE(tanh)
TOCSIN_OF_ONE(trunc)
#undef TOCSIN_OF_ONE

// In double these are off by one digit even where the result is a whole number.
double cbrt_of(double x) { return static_cast<double>(std::cbrt(static_cast<long double>(x))); }
double gamma_of(double x) { return static_cast<double>(std::tgamma(static_cast<long double>(x))); }

double atan2_of(double y, double x) { return std::atan2(y, x); }
double fmod_of(double x, double y) { return std::fmod(x, y); }
double hypot_of(double x, double y) { return std::hypot(x, y); }
double pow_of(double x, double y) { return std::pow(x, y); }

// Unlike C's, no number and something is no number; 0 is above -0.
double max_of(double x, double y) {
    if (x == infinity || y == infinity) return infinity;
    if (std::isnan(x) || std::isnan(y)) return no_number;
    if (x == 0 && y == 0) return std::signbit(x) ? y : x;
    return x > y ? x : y;
}

double min_of(double x, double y) {
    if (x == -infinity || y == -infinity) return -infinity;
    if (std::isnan(x) || std::isnan(y)) return no_number;
    if (x == 0 && y == 0) return std::signbit(x) ? x : y;
    return x < y ? x : y;
}

double j0_of(double x) { return ::j0(x); }
double j1_of(double x) { return ::j1(x); }

// The second kind goes to minus infinity at 0 and has no value below, where C libraries differ.
double y0_of(double x) { return x < 0 ? no_number : x == 0 ? -infinity : ::y0(x); }
double y1_of(double x) { return x < 0 ? no_number : x == 0 ? -infinity : ::y1(x); }

// The time they take grows with the order.
constexpr std::int64_t highest_order = 10'000;

bool check_order(Frame& frame, std::int64_t order) {
    if (order >= -highest_order && order <= highest_order) return true;
    return frame.fail("the order of jn and yn is -10000 to 10000");
}

bool jn_of(Frame& frame, Value* values) {
    if (!check_order(frame, values[0].integer)) return false;
    values[0] = Value{::jn(static_cast<int>(values[0].integer), values[1].real)};
    return true;
}

bool yn_of(Frame& frame, Value* values) {
    if (!check_order(frame, values[0].integer)) return false;
    const int order = static_cast<int>(values[0].integer);
    const double x = values[1].real;
    double result = no_number;
    if (x == 0) {
        result = order < 0 && order % 2 != 0 ? infinity : -infinity;
    } else if (!(x < 0)) {
        result = ::yn(order, x);
    }
    values[0] = Value{result};
    return true;
}

bool pow10_of(Frame&, Value* values) {
    const std::int64_t exponent = values[0].integer;
    double result = exponent < 0 ? 0 : infinity;
    if (exponent >= -323 && exponent <= 308) {
        const std::string text = "1e" + std::to_string(exponent);
        std::from_chars(text.data(), text.data() + text.size(), result);
    }
    values[0] = Value{result};
    return true;
}

constexpr Type real = Type::real;

constexpr Function functions[] = {
    {"abs", of_one<fabs_of>, real, 1, {real}},
    {"acos", of_one<acos_of>, real, 1, {real}},
    {"acosh", of_one<acosh_of>, real, 1, {real}},
    {"asin", of_one<asin_of>, real, 1, {real}},
    {"asinh", of_one<asinh_of>, real, 1, {real}},
    {"atan", of_one<atan_of>, real, 1, {real}},
    {"atan2", of_two<atan2_of>, real, 2, {real, real}},
    {"atanh", of_one<atanh_of>, real, 1, {real}},
    {"cbrt", of_one<cbrt_of>, real, 1, {real}},
    {"ceil", of_one<ceil_of>, real, 1, {real}},
    {"cos", of_one<cos_of>, real, 1, {real}},
    {"cosh", of_one<cosh_of>, real, 1, {real}},
    {"erf", of_one<erf_of>, real, 1, {real}},
    {"erfc", of_one<erfc_of>, real, 1, {real}},
    {"exp", of_one<exp_of>, real, 1, {real}},
    {"exp2", of_one<exp2_of>, real, 1, {real}},
    {"expm1", of_one<expm1_of>, real, 1, {real}},
    {"floor", of_one<floor_of>, real, 1, {real}},
    {"gamma", of_one<gamma_of>, real, 1, {real}},
    {"hypot", of_two<hypot_of>, real, 2, {real, real}},
    {"j0", of_one<j0_of>, real, 1, {real}},
    {"j1", of_one<j1_of>, real, 1, {real}},
    {"jn", jn_of, real, 2, {Type::integer, real}},
    {"log", of_one<log_of>, real, 1, {real}},
    {"log10", of_one<log10_of>, real, 1, {real}},
    {"log1p", of_one<log1p_of>, real, 1, {real}},
    {"log2", of_one<log2_of>, real, 1, {real}},
    {"logb", of_one<logb_of>, real, 1, {real}},
    {"max", of_two<max_of>, real, 2, {real, real}},
    {"min", of_two<min_of>, real, 2, {real, real}},
    {"mod", of_two<fmod_of>, real, 2, {real, real}},
    {"pow", of_two<pow_of>, real, 2, {real, real}},
    {"pow10", pow10_of, real, 1, {Type::integer}},
    {"sin", of_one<sin_of>, real, 1, {real}},
    {"sinh", of_one<sinh_of>, real, 1, {real}},
    {"sqrt", of_one<sqrt_of>, real, 1, {real}},
    {"tan", of_one<tan_of>, real, 1, {real}},
    {"tanh", of_one<tanh_of>, real, 1, {real}},
    {"trunc", of_one<trunc_of>, real, 1, {real}},
    {"y0", of_one<y0_of>, real, 1, {real}},
    {"y1", of_one<y1_of>, real, 1, {real}},
    {"yn", yn_of, real, 2, {Type::integer, real}},
};

}  // namespace

std::span<const Function> math_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
