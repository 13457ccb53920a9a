#include "route/match.hpp"

#include "route/match_test_event.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::core {

std::size_t allocations() noexcept;  // match_test_counted_new.cpp

namespace {

TEST_CASE("match: an evaluation that makes no long text allocates nothing") {
    const Event event = MatchTestEvent{.tags = {{"host", "a rather long name that no small string could hold"}}}.make();
    for (const std::string_view text : {
             "level() >= WARNING AND changed() == TRUE",
             "\"host\" =~ /name (that|which) no/ AND name() == 'cpu'",
             "strContains(\"host\", 'small') OR strIndexAny(\"host\", 'xyz') > 3",
             "strTrim(strSubstring(\"host\", 2, 20), 'a') != 'a rather long name that no small string could hold'",
             "strToLower(\"host\") == \"host\" AND strReplace(\"host\", 'x', 'y', -1) == \"host\"",
             "\"host\" == 'a' + ' rather long name that no small string could hold'",
             "\"missing\" == 'a'",
             "\"host\" + '!' + name() == ''",
             "strToUpper(\"host\") == 'A' OR strReplace(\"host\", 'a', 'bb', -1) == 'b'",
             "regexReplace(/(small) (string)/, \"host\", '$2 $1') == ''",
             "strTrim(\"host\", 'aåäö') == '' OR strContainsAny(\"host\", 'öäå')",
             "string(alertDuration()) == '1s' AND humanBytes(strLength(\"host\")) == '52 B'",
             "hour(now()) >= 0 AND weekday(now()) < 7 AND sqrt(float(strLength(\"host\"))) > 7.0",
             "if(isPresent(\"host\"), \"host\", name()) == '' OR int(\"missing\") == 5",
             "count() > 0 AND sigma(1.0) >= 0.0 AND rand(5) < 5",
         }) {
        CAPTURE(text);
        const Match match{text};
        match(event);  // RE2 fills its cache
        const std::size_t before = allocations();
        match(event);
        const std::size_t made = allocations() - before;
        CHECK(made == 0);
    }
    const Match making{"\"host\" + '" + std::string(600, '!') + "' == ''"};
    const std::size_t before = allocations();
    making(event);
    CHECK(allocations() - before > 0);
}

}  // namespace
}  // namespace tocsin::core
