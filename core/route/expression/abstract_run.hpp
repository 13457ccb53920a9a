#pragma once

#include "route/expression/builder.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tocsin::core::expression {

/// What is known about a value before there is an event.
struct Known {
    enum class Kind : std::uint8_t {
        nothing,
        value,
        absent,      ///< a tag that is not there
        other_text,  ///< none of the program's constant texts
        between,     ///< above `low` and below `high`, in nanoseconds
        lower,       ///< what strToLower gives
        upper,       ///< what strToUpper gives
        now,
    };

    Kind kind = Kind::nothing;
    Value value{std::string_view{}};
    std::int64_t low = 0;
    std::int64_t high = 0;
};

/// What is one and the same in all of one evaluation.
struct Subject {
    enum class Kind : std::uint8_t {
        none,
        tag,       ///< Program::names[tag]
        function,  ///< `native`, without arguments
        part,      ///< `native` of now()
    };

    Kind kind = Kind::none;
    std::size_t tag = 0;
    Native native = nullptr;
};

/// The natives that an abstract run knows.
struct KnownNatives {
    KnownNatives();

    Native level, changed, now, lower, upper;
    Native equal, differs;                                    // of strings
    Native same, not_same, less, less_same, more, more_same;  // of durations
};

/// Runs parts of a program on what is known.
class AbstractRun {
  public:
    /// `steps_left` bounds the work of all runs together.
    AbstractRun(const Draft& draft, std::size_t steps_left);

    bool exhausted() const noexcept { return steps_left_ == 0; }

    /// Whether the steps from `first` up to `last`, which leave a boolean, may make it true for some level, changed or
    /// not, when `subject` is one of `candidates` (with Subject::Kind::none one that says nothing), and everything else
    /// is not known. True when it is exhausted.
    bool may_be_true(std::size_t first, std::size_t last, const Subject& subject, std::span<const Known> candidates);

  private:
    enum class Carried : std::uint8_t { nothing, boolean, value };

    /// A jump that has not landed yet.
    struct Jump {
        std::size_t target;
        std::size_t height;
        Carried carried;
        Known value;
    };

    bool run(std::size_t first, std::size_t last);
    void take(const Step& step, Frame& frame);
    void call(const Step& step, Frame& frame);
    Known call_without_arguments(const Step& step) const;
    Known call_unknown(const Step& step, std::span<const Known> arguments) const;
    Known compare_text(bool wants_equal, const Known& left, const Known& right) const;
    Known compare_duration(Native native, const Known& left, const Known& right) const;
    void jump(std::size_t target, Carried carried, const Known& value);
    void land(std::size_t step);

    const Draft& draft_;
    const Program& program_;
    const KnownNatives natives_;
    std::unordered_set<std::string_view> texts_;
    std::size_t steps_left_;

    // One run's.
    std::int64_t level_ = 0;
    bool changed_ = false;
    Subject subject_;
    Known candidate_;
    bool alive_ = true;
    std::vector<Known> stack_;
    std::vector<Jump> jumps_;  // those that land first are last
};

}  // namespace tocsin::core::expression
