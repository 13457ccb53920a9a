#pragma once

#include "event/event.hpp"

#include <memory>
#include <string_view>

namespace tocsin::core {

/// A compiled match expression: a TICKscript lambda over an event (docs/match.md has the language). Thread-safe, cheap
/// to copy; immutable but for what count(), sigma() and spread() remember, which copies share.
///
/// - Types are fixed when it is compiled: boolean, integer, float, string, duration, time, regex, level. Only integers
///   and floats, and levels and the integers 0 to 3, are compared with each other. Integers wrap around.
/// - `"x"` is the tag x, a string. `AND` and `OR` evaluate their right side, and `if` its results, only when it
///   matters.
/// - Strings are bytes; the case and trimming functions read them as UTF-8, as Go's do.
/// - Regular expressions are RE2's, which is Go's syntax.
/// - now() is the same in all of one evaluation.
/// - At most 64 KiB of text, 200 nested levels; a string that is made may have 1 MiB, all of one evaluation 8 MiB.
class Match {
  public:
    enum class Result {
        no,
        yes,
        missing,  ///< what was evaluated is not there: a tag, or a result (division by zero, positions outside of a
                  ///< text, a text that is no number, too much text). The match does not hold, not even under `!`, and
                  ///< this is counted apart
    };

    /// Compiles and checks; an empty or blank text always matches. Throws TextError, also for what fails whatever the
    /// event is, such as a division by a constant zero, and for what is never true (expression/never_true.hpp).
    explicit Match(std::string_view text);

    Result operator()(const Event& event) const noexcept;

    struct Program;

  private:
    std::shared_ptr<const Program> program_;
};

}  // namespace tocsin::core
