#include "route/expression/never_true.hpp"

#include "base/text_error.hpp"
#include "route/expression/abstract_run.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace tocsin::core::expression {
namespace {

// Some hundredths of a second; what people write takes some hundred steps.
constexpr std::size_t most_steps = 300'000;

struct CalendarPart {
    std::string_view name;
    std::int64_t first;
    std::int64_t last;
    const char* range;
};

constexpr CalendarPart calendar[] = {
    {"minute", 0, 59, "; minute() is 0 to 59"},
    {"hour", 0, 23, "; hour() is 0 to 23"},
    {"weekday", 0, 6, "; weekday() is 0 (Sunday) to 6"},
    {"day", 1, 31, "; day() is 1 to 31"},
    {"month", 1, 12, "; month() is 1 to 12"},
};

Native named(std::string_view name) { return find_functions(name).front()->run; }

class Search {
  public:
    explicit Search(const Draft& draft) : draft_{draft}, run_{draft, most_steps} {}

    bool can_be_true(const Logical::Side& part);

    /// `part` can never be true.
    [[noreturn]] void blame(const Logical::Side& part);

  private:
    bool calls(const Logical::Side& part, Native native) const;
    bool can_be_true(const Logical::Side& part, const Subject& subject, const std::vector<Known>& candidates) {
        return run_.may_be_true(part.first, part.last, subject, candidates);
    }
    std::vector<Known> texts() const;
    std::vector<Known> durations() const;
    std::string hint(const Logical::Side& part) const;

    const Draft& draft_;
    AbstractRun run_;
};

bool Search::can_be_true(const Logical::Side& part) {
    if (!can_be_true(part, {}, {Known{}})) return false;
    std::vector<Known> texts = this->texts();
    for (const std::string_view name : {"name", "taskName"}) {
        const Subject subject{Subject::Kind::function, 0, named(name)};
        if (calls(part, subject.native) && !can_be_true(part, subject, texts)) return false;
    }
    const Subject duration{Subject::Kind::function, 0, named("alertDuration")};
    if (calls(part, duration.native) && !can_be_true(part, duration, durations())) return false;
    for (const CalendarPart& calendar_part : calendar) {
        const Subject subject{Subject::Kind::part, 0, named(calendar_part.name)};
        if (!calls(part, subject.native)) continue;
        std::vector<Known> values;
        for (std::int64_t value = calendar_part.first; value <= calendar_part.last; ++value)
            values.push_back({Known::Kind::value, Value{value}});
        if (!can_be_true(part, subject, values)) return false;
    }
    texts.insert(texts.begin() + 1, Known{Known::Kind::absent});
    for (std::size_t tag = 0; tag < draft_.program->names.size(); ++tag) {
        if (!can_be_true(part, {Subject::Kind::tag, tag, nullptr}, texts)) return false;
    }
    return true;
}

bool Search::calls(const Logical::Side& part, Native native) const {
    const auto& steps = draft_.program->steps;
    return std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(part.first),
                       steps.begin() + static_cast<std::ptrdiff_t>(part.last),
                       [native](const Step& step) { return step.kind == Step::Kind::call && step.native == native; });
}

/// Each constant text, and first any other.
std::vector<Known> Search::texts() const {
    std::vector<Known> texts{{Known::Kind::other_text}};
    for (std::size_t i = 0; i < draft_.constant_types.size(); ++i) {
        if (draft_.constant_types[i] == Type::string)
            texts.push_back({Known::Kind::value, draft_.program->constants[i]});
    }
    return texts;
}

/// Each constant duration, and what lies between.
std::vector<Known> Search::durations() const {
    std::vector<std::int64_t> bounds{std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max()};
    for (std::size_t i = 0; i < draft_.constant_types.size(); ++i) {
        if (draft_.constant_types[i] == Type::duration) bounds.push_back(draft_.program->constants[i].integer);
    }
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    std::vector<Known> durations;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        durations.push_back({Known::Kind::value, Value{bounds[i]}});
        if (i > 0 && bounds[i] - 1 != bounds[i - 1])
            durations.push_back({Known::Kind::between, {}, bounds[i - 1], bounds[i]});
    }
    return durations;
}

void Search::blame(const Logical::Side& part) {
    if (part.logical == no_logical)
        throw TextError{part.offset, "this is never true, so the match holds for no event" + hint(part)};
    const Logical& logical = draft_.logicals[part.logical];
    if (logical.op == Operator::logical_or || !can_be_true(logical.left)) blame(logical.left);
    if (!can_be_true(logical.right)) blame(logical.right);
    throw TextError{logical.right.offset,
                    "this is never true together with what stands to the left of AND, so the match holds for no "
                    "event; is OR meant?"};
}

std::string Search::hint(const Logical::Side& part) const {
    if (calls(part, named("level"))) return "; levels are OK < INFO < WARNING < CRITICAL";
    for (const CalendarPart& calendar_part : calendar) {
        if (calls(part, named(calendar_part.name))) return calendar_part.range;
    }
    if (calls(part, named("strToLower"))) return "; strToLower gives lower case";
    if (calls(part, named("strToUpper"))) return "; strToUpper gives upper case";
    return "";
}

}  // namespace

void check_can_be_true(const Draft& draft) {
    Search search{draft};
    const Logical::Side whole{draft.whole.offset, draft.whole.first, draft.program->steps.size(), draft.whole.logical};
    if (!search.can_be_true(whole)) search.blame(whole);
}

}  // namespace tocsin::core::expression
