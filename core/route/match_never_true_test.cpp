#include "route/match.hpp"

#include "base/text_error.hpp"
#include "route/match_test_event.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {
namespace {

constexpr std::string_view never = "this is never true, so the match holds for no event";
constexpr std::string_view together = "this is never true together with what stands to the left of AND";

struct Refused {
    std::string_view text;
    std::size_t offset;
    std::string_view told;
};

void check_refused(std::initializer_list<Refused> cases) {
    for (const Refused& expected : cases) {
        CAPTURE(expected.text);
        try {
            Match{expected.text};
            FAIL_CHECK("accepted");
        } catch (const TextError& error) {
            const std::string_view told = error.what();
            CAPTURE(told);
            CHECK(error.offset() == expected.offset);
            CHECK(told.find(expected.told) != std::string_view::npos);
        }
    }
}

TEST_CASE("match never true: constants") {
    check_refused({
        {"FALSE", 0, never},
        {" (FALSE)", 1, never},
        {"!TRUE", 0, never},
        {"1 == 2", 0, never},
        {"TRUE AND 1 > 2", 9, never},
        {"FALSE AND \"host\" == 'a'", 0, never},
        {"\"host\" == 'a' AND 'a' == 'b'", 18, never},
        {"FALSE OR 'a' == 'b'", 0, never},
        {"strLength('ab') == 3", 0, never},
        {"if(TRUE, FALSE, TRUE)", 0, never},
    });
}

TEST_CASE("match never true: levels") {
    check_refused({
        {"level() > CRITICAL", 0, "levels are OK < INFO < WARNING < CRITICAL"},
        {"level() < OK", 0, never},
        {"CRITICAL < level()", 0, never},
        {"changed() AND level() > CRITICAL", 14, never},
        {"level() == OK AND level() == INFO", 18, "is OR meant?"},
        {"level() == OK AND changed() AND level() == INFO", 32, together},
        {"(level() == OK AND changed()) AND (level() > INFO)", 34, together},
        {"level() > WARNING AND level() < CRITICAL", 22, together},
        {"level() == OK AND (level() == INFO OR level() >= WARNING)", 18, together},
        {"changed() AND !changed()", 14, together},
        {"changed() == TRUE AND changed() == FALSE", 22, together},
        {"changed() != TRUE AND changed()", 22, together},
        {"(level() == OK) == (level() != OK)", 0, never},
        {"int(level()) > 3", 0, never},
        {"string(level()) == 'CRITICAL'", 0, never},
        {"level() == OK AND 10 / int(level()) > 1", 18, together},
        {"if(level() == OK, level() == INFO, FALSE)", 0, never},
    });
}

TEST_CASE("match never true: one value cannot be two") {
    check_refused({
        {"\"host\" == 'a' AND \"host\" == 'b'", 18, together},
        {"name() == 'cpu' AND name() == 'mem'", 20, together},
        {"taskName() == 'a' AND level() == OK AND taskName() == 'b'", 40, together},
        {"\"host\" == 'db1' AND \"host\" =~ /^web/", 20, together},
        {"\"host\" == 'db1' AND !strHasPrefix(\"host\", 'db')", 20, together},
        {"\"host\" == 'a' AND (\"host\" == 'b' OR \"host\" == 'c')", 18, together},
        {"\"host\" == 'a' AND \"host\" != 'a'", 18, together},
        {"!isPresent(\"host\") AND \"host\" == 'a'", 23, together},
        {"isPresent(\"host\") AND !isPresent(\"host\")", 22, together},
        {"int(\"port\") == 80 AND \"port\" == '443'", 22, together},
        {"strToLower(\"host\") == 'DB1'", 0, "strToLower gives lower case"},
        {"strToUpper(name()) == 'db1'", 0, "strToUpper gives upper case"},
        {"'Malmö' == strToUpper(\"stad\")", 0, never},
    });
}

TEST_CASE("match never true: durations and the clock") {
    check_refused({
        {"alertDuration() > 10m AND alertDuration() < 5m", 26, together},
        {"alertDuration() >= 10m AND duration() < 10m", 27, together},
        {"5m > alertDuration() AND 5m <= alertDuration()", 25, together},
        {"alertDuration() == 5m AND alertDuration() != 5m", 26, together},
        {"alertDuration() > 5m AND alertDuration() < 5m", 25, together},
        {"hour(now()) >= 22 AND hour(now()) < 6", 22, together},
        {"hour(now()) == 24", 0, "hour() is 0 to 23"},
        {"minute(now()) > 59", 0, "minute() is 0 to 59"},
        {"weekday(now()) == 7", 0, "weekday() is 0 (Sunday) to 6"},
        {"month(now()) == 0", 0, "month() is 1 to 12"},
        {"day(now()) > 31", 0, "day() is 1 to 31"},
        {"weekday(now()) == 6 AND changed() AND weekday(now()) == 0", 38, together},
    });
}

TEST_CASE("match never true: what may hold, or always holds, is no mistake") {
    for (const std::string_view text : {
             "TRUE",
             "1 == 1",
             "level() >= OK",
             "level() <= CRITICAL",
             "changed() OR !changed()",
             "!(level() > CRITICAL)",
             "level() > CRITICAL OR changed()",
             "FALSE OR level() == OK",
             "level() == OK AND !(level() == INFO)",
             "\"host\" == 'a' OR \"host\" == 'b'",
             "\"host\" == 'a' AND \"rack\" == 'b'",
             "\"host\" != 'a' AND \"host\" != 'b'",
             "\"host\" > 'a' AND \"host\" < 'b'",
             "\"host\" == 'a' AND name() == 'b'",
             "\"host\" == name() AND name() == taskName()",
             "\"host\" == string(level())",
             "isPresent(\"host\") AND \"host\" == 'a'",
             "!isPresent(\"host\") OR \"host\" == 'a'",
             "strToLower(\"host\") == 'db1' AND strToUpper(\"host\") == 'DB1'",
             "strToLower(\"host\") != 'DB1'",
             "\"host\" == 'DB1' AND strToLower(\"host\") == 'db1'",
             "hour(now()) >= 22 OR hour(now()) < 6",
             "hour(now()) >= 6 AND hour(now()) < 22 AND minute(now()) == 59 AND weekday(now()) == 0",
             "day(now()) == 31 AND month(now()) == 2",
             "alertDuration() > 5m AND alertDuration() < 10m",
             "alertDuration() >= 5m AND alertDuration() <= 5m",
             "alertDuration() > 5m AND alertDuration() / 2 < 5m",
             "alertDuration() < 0s",
             "count() == 1 AND count() == 2",
             "rand(2) == 0 AND rand(2) == 1",
             "if(\"host\" == 'a', level() == OK, level() == INFO) AND level() == INFO",
             "if(level() == OK, 'a', 'b') == 'b'",
             "strLength(\"host\") == 3 AND \"host\" == 'abc'",
             "regexReplace(/1/, \"host\", '2') == 'db2' AND \"host\" == 'db1'",
             "level() == OK OR 10 / int(level()) > 1",
         }) {
        CAPTURE(text);
        CHECK_NOTHROW(Match{text});
    }
}

TEST_CASE("match never true: takes no time for long expressions") {
    std::string chain = "\"host\" == 'a0'";
    std::string impossible = chain;
    for (int i = 1; i < 2500; ++i) {
        chain += " OR \"host\" == 'a" + std::to_string(i) + "'";
        impossible += " AND \"host\" == 'a" + std::to_string(i) + "'";
    }
    CHECK_NOTHROW(Match{chain});
    // Too long to be found out, and so it passes.
    CHECK_NOTHROW(Match{impossible});
    CHECK_THROWS_AS(Match{impossible.substr(0, impossible.find(" AND \"host\" == 'a60'"))}, TextError);
    std::string tags = "level() == OK";
    for (int i = 0; i < 3000; ++i) tags += " AND \"t" + std::to_string(i) + "\" != 'x'";
    CHECK_NOTHROW(Match{tags});
}

/// Expressions at random.
class Writer {
  public:
    explicit Writer(unsigned seed, bool facts_only) : random_{seed}, facts_only_{facts_only} {}

    std::string condition(int depth) {
        if (depth == 0 || pick(4) == 0) return leaf();
        switch (pick(4)) {
            case 0: return "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
            case 1: return "(" + condition(depth - 1) + " OR " + condition(depth - 1) + ")";
            case 2: return "!" + condition(depth - 1);
            default:
                if (facts_only_) return "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
                return "if(" + condition(depth - 1) + ", " + condition(depth - 1) + ", " + condition(depth - 1) + ")";
        }
    }

  private:
    std::string leaf() {
        constexpr std::array levels{"OK", "INFO", "WARNING", "CRITICAL"};
        constexpr std::array comparisons{"==", "!=", "<", "<=", ">", ">="};
        constexpr std::array texts{"'a'", "'b'", "'B'", "\"y\"", "name()"};
        constexpr std::array durations{"0s", "1s", "5m"};
        switch (pick(facts_only_ ? 3 : 9)) {
            case 0:
            case 1: return "(level() " + std::string{of(comparisons)} + " " + of(levels) + ")";
            case 2: return pick(2) == 0 ? "changed()" : "(changed() == FALSE)";
            case 3: return "(\"x\" " + std::string{of(comparisons)} + " " + of(texts) + ")";
            case 4: return "(name() " + std::string{of(comparisons)} + " " + of(texts) + ")";
            case 5: return "(alertDuration() " + std::string{of(comparisons)} + " " + of(durations) + ")";
            case 6: return "isPresent(\"x\")";
            case 7: return "(strToLower(\"x\") " + std::string{pick(2) == 0 ? "==" : "!="} + " " + of(texts) + ")";
            default: return "(\"x\" =~ /a|B/)";
        }
    }

    std::size_t pick(std::size_t count) { return random_() % count; }
    template <std::size_t size>
    const char* of(const std::array<const char*, size>& items) {
        return items[pick(size)];
    }

    std::mt19937 random_;
    bool facts_only_;
};

std::vector<std::unique_ptr<Event>> all_events(bool facts_only) {
    std::vector<std::unique_ptr<Event>> events;
    const auto add = [&](Level level, Level previous, std::string_view name, std::int64_t duration,
                         std::optional<std::string_view> x, std::optional<std::string_view> y) {
        EventDraft draft;
        draft.topic = "system";
        draft.id = "id";
        draft.level = level;
        draft.name = name;
        if (x) draft.tag("x", *x);
        if (y) draft.tag("y", *y);
        events.push_back(std::make_unique<Event>(draft.to_abi(), Stamp{1, previous, duration}));
    };
    for (const Level level : {Level::ok, Level::info, Level::warning, Level::critical}) {
        const Level other = level == Level::ok ? Level::critical : Level::ok;
        for (const Level previous : {level, other}) {
            if (facts_only) {
                add(level, previous, "a", 0, {}, {});
                continue;
            }
            for (const std::string_view name : {"a", "b", "c"})
                for (const std::int64_t duration :
                     {-1LL, 0LL, 1LL, 1'000'000'000LL, 300'000'000'000LL, 400'000'000'000LL})
                    for (const char* x : {"a", "b", "B", "c", "none"})
                        for (const char* y : {"a", "B", "none"})
                            add(level, previous, name, duration,
                                std::string_view{x} == "none" ? std::nullopt : std::optional<std::string_view>{x},
                                std::string_view{y} == "none" ? std::nullopt : std::optional<std::string_view>{y});
        }
    }
    return events;
}

bool is_refused(const std::string& text) {
    try {
        Match{text};
        return false;
    } catch (const TextError& error) {
        CHECK(std::string_view{error.what()}.find("never true") != std::string_view::npos);
        return true;
    }
}

bool holds_for_some(const std::string& condition, const std::vector<std::unique_ptr<Event>>& events) {
    const Match match{condition + " OR taskName() == 'another'"};
    return std::any_of(events.begin(), events.end(),
                       [&](const auto& event) { return match(*event) == Match::Result::yes; });
}

TEST_CASE("match never true: exact for level and changed") {
    const auto events = all_events(true);
    Writer writer{1, true};
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        const std::string condition = writer.condition(4);
        CAPTURE(condition);
        const bool is = is_refused(condition);
        refused += is ? 1 : 0;
        CHECK(is == !holds_for_some(condition, events));
    }
    CHECK(refused > 100);
}

TEST_CASE("match never true: no false alarm") {
    const auto events = all_events(false);
    Writer writer{2, false};
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        const std::string condition = writer.condition(4);
        if (!is_refused(condition)) continue;
        CAPTURE(condition);
        ++refused;
        CHECK_FALSE(holds_for_some(condition, events));
    }
    CHECK(refused > 50);
}

}  // namespace
}  // namespace tocsin::core
