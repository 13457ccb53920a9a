#pragma once

#include "base/text_error.hpp"
#include "route/match.hpp"
#include "route/match_test_event.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core {

/// A call with `$` for a text, which the checks below give it as a constant and as a tag.
struct Call {
    std::string_view text;
    std::string_view call;
};

inline std::string with(std::string_view call, std::string_view text) {
    std::string whole{call};
    const std::size_t at = whole.find('$');
    REQUIRE(at != std::string::npos);
    return whole.replace(at, 1, text);
}

/// Each holds.
inline void check_calls(std::initializer_list<Call> calls) {
    for (const Call& call : calls) {
        CAPTURE(call.text);
        CAPTURE(call.call);
        const Event event = MatchTestEvent{.tags = {{"s", call.text}}}.make();
        CHECK(Match{with(call.call, "\"s\"")}(event) == Match::Result::yes);
        CHECK(Match{with(call.call, "'''" + std::string{call.text} + "'''")}(event) == Match::Result::yes);
    }
}

/// None has a result: a mistake with a constant, missing with a tag.
inline void check_without_result(std::initializer_list<Call> calls) {
    for (const Call& call : calls) {
        CAPTURE(call.text);
        CAPTURE(call.call);
        const Event event = MatchTestEvent{.tags = {{"s", call.text}}}.make();
        CHECK(Match{with(call.call, "\"s\"")}(event) == Match::Result::missing);
        CHECK_THROWS_AS(Match{with(call.call, "'''" + std::string{call.text} + "'''")}, TextError);
    }
}

/// Each holds, whatever the event is.
inline void check_holds(std::initializer_list<std::string_view> texts) {
    const Event event = MatchTestEvent{}.make();
    for (const std::string_view text : texts) {
        CAPTURE(text);
        try {
            CHECK((Match{text}(event) == Match::Result::yes));
        } catch (const TextError& error) {
            FAIL_CHECK("refused at ", error.offset(), ": ", error.what());
        }
    }
}

}  // namespace tocsin::core
