#include "route/expression/call_check.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tocsin::core {
namespace {

TEST_CASE("math functions: exact results") {
    check_holds({
        "abs(-2.5) == 2.5",
        "ceil(-2.1) == -2.0 AND ceil(2.1) == 3.0",
        "floor(-2.1) == -3.0 AND floor(-0.5) == -1.0",
        "trunc(-2.7) == -2.0",
        "cbrt(27.0) == 3.0",
        "sqrt(16.0) == 4.0",
        "hypot(3.0, 4.0) == 5.0",
        "pow(2.0, 10.0) == 1024.0",
        "pow10(3) == 1000.0 AND pow10(-3) == 0.001 AND pow10(0) == 1.0",
        "exp(0.0) == 1.0 AND exp2(10.0) == 1024.0 AND expm1(0.0) == 0.0",
        "log(1.0) == 0.0 AND log2(8.0) == 3.0 AND log10(1000.0) == 3.0 AND log1p(0.0) == 0.0",
        "logb(8.5) == 3.0",
        "gamma(5.0) == 24.0 AND gamma(13.0) == 479001600.0 AND gamma(20.0) == 121645100408832000.0",
        "erf(0.0) == 0.0 AND erfc(0.0) == 1.0",
        "sin(0.0) == 0.0 AND cos(0.0) == 1.0 AND tan(0.0) == 0.0",
        "sinh(0.0) == 0.0 AND cosh(0.0) == 1.0 AND tanh(0.0) == 0.0",
        "asin(0.0) == 0.0 AND acos(1.0) == 0.0 AND atan(0.0) == 0.0",
        "asinh(0.0) == 0.0 AND acosh(1.0) == 0.0 AND atanh(0.0) == 0.0",
        "atan2(0.0, -1.0) == acos(-1.0)",
        "mod(-7.5, 2.0) == -1.5 AND mod(7.5, -2.0) == 1.5",
        "max(1.0, 2.0) == 2.0 AND min(1.0, 2.0) == 1.0",
        "j0(0.0) == 1.0 AND j1(0.0) == 0.0 AND jn(0, 0.0) == 1.0 AND jn(1, 0.0) == 0.0",
    });
}

TEST_CASE("math functions: results to ten digits") {
    struct Near {
        std::string_view call;
        std::string_view result;
    };
    for (const Near& near : {
             Near{"exp(1.0)", "2.718281828459045"},      Near{"expm1(0.001)", "0.001000500166708342"},
             Near{"log(10.0)", "2.302585092994046"},     Near{"log1p(0.001)", "0.0009995003330835332"},
             Near{"sin(1.0)", "0.8414709848078965"},     Near{"cos(1.0)", "0.5403023058681398"},
             Near{"tan(1.0)", "1.557407724654902"},      Near{"asin(0.5)", "0.5235987755982989"},
             Near{"acos(0.5)", "1.0471975511965979"},    Near{"atan(0.5)", "0.4636476090008061"},
             Near{"sinh(1.0)", "1.1752011936438014"},    Near{"cosh(1.0)", "1.5430806348152437"},
             Near{"tanh(1.0)", "0.7615941559557649"},    Near{"asinh(1.0)", "0.881373587019543"},
             Near{"acosh(2.0)", "1.3169578969248166"},   Near{"atanh(0.5)", "0.5493061443340549"},
             Near{"erf(0.5)", "0.5204998778130465"},     Near{"erfc(0.5)", "0.4795001221869535"},
             Near{"gamma(0.5)", "1.772453850905516"},    Near{"j0(1.0)", "0.7651976865579666"},
             Near{"j1(1.0)", "0.44005058574493355"},     Near{"jn(2, 1.0)", "0.11490348493190049"},
             Near{"jn(-1, 1.0)", "-0.4400505857449335"}, Near{"y0(1.0)", "0.08825696421567697"},
             Near{"y1(1.0)", "-0.7812128213002887"},     Near{"yn(2, 1.0)", "-1.6506826068162543"},
         }) {
        CAPTURE(near.call);
        const std::string text =
            "abs(" + std::string{near.call} + " - (" + std::string{near.result} + ")) < 0.0000000001";
        CHECK((Match{text}(MatchTestEvent{}.make()) == Match::Result::yes));
    }
}

TEST_CASE("math functions: where there is no number") {
    check_holds({
        "string(sqrt(-1.0)) == 'NaN'",
        "string(log(-1.0)) == 'NaN'",
        "string(log(0.0)) == '-Inf'",
        "string(log1p(-1.0)) == '-Inf'",
        "string(logb(0.0)) == '-Inf'",
        "string(asin(2.0)) == 'NaN'",
        "string(acosh(0.5)) == 'NaN'",
        "string(atanh(1.0)) == '+Inf'",
        "string(exp(1000.0)) == '+Inf'",
        "string(pow(-8.0, 0.5)) == 'NaN'",
        "string(mod(5.0, 0.0)) == 'NaN'",
        "string(pow10(309)) == '+Inf'",
        "string(pow10(-324)) == '0'",
        "string(pow10(9223372036854775807)) == '+Inf'",
        "string(pow10(-9223372036854775807)) == '0'",
        "string(gamma(-1.0)) == 'NaN'",
        "string(gamma(-0.0)) == '-Inf'",
        "string(max(1.0, float('nan'))) == 'NaN'",
        "string(max(float('inf'), float('nan'))) == '+Inf'",
        "string(min(float('-inf'), float('nan'))) == '-Inf'",
        "string(max(-0.0, 0.0)) == '0'",
        "string(min(0.0, -0.0)) == '-0'",
        "string(hypot(float('inf'), float('nan'))) == '+Inf'",
        "string(y0(0.0)) == '-Inf'",
        "string(y1(0.0)) == '-Inf'",
        "string(y0(-1.0)) == 'NaN'",
        "string(y0(float('nan'))) == 'NaN'",
        "string(yn(-1, 0.0)) == '+Inf'",
        "string(yn(-2, 0.0)) == '-Inf'",
        "string(yn(1, 0.0)) == '-Inf'",
        "string(yn(2, -1.0)) == 'NaN'",
        "string(yn(3, float('inf'))) == '0'",
        "string(jn(3, float('inf'))) == '0'",
    });
}

TEST_CASE("math functions: the order of jn and yn has a limit, since their time grows with it") {
    check_without_result({
        {"10001", "jn(int($), 1.0) == 0.0"},
        {"-10001", "jn(int($), 1.0) == 0.0"},
        {"9223372036854775807", "yn(int($), 1.0) == 0.0"},
    });
    check_calls({{"10000", "jn(int($), 1.0) == 0.0"}});
}

}  // namespace
}  // namespace tocsin::core
