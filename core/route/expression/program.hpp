#pragma once

#include "route/expression/history.hpp"
#include "route/expression/native.hpp"
#include "route/expression/regex_replace.hpp"
#include "route/expression/value.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::core::expression {

/// How many values wait at most for their operator or function.
inline constexpr std::size_t stack_size = 256;

/// One step of a program for a stack of values.
struct Step {
    enum class Kind : std::uint8_t {
        constant,      ///< pushes constants[index]
        tag,           ///< pushes the tag names[index]; ends the program when it is not there
        present,       ///< pushes whether there is a tag names[index]
        call,          ///< takes `count` values off and pushes the native's result; ends the program when there is none
        call_varying,  ///< the same for a native whose result its arguments do not decide
        skip_no,       ///< when the value on top is false, goes on at step `index`; else takes it off
        skip_yes,      ///< the same for true
        jump_no,       ///< takes the value on top off; when it is false, goes on at step `index`
        jump,          ///< goes on at step `index`

        // Several of the above in one.
        facts,        ///< pushes whether bit `facts_bit` of `index` is set
        tag_equal,    ///< pushes whether the tag names[index] is constants[constant]; ends the program without the tag
        tag_differs,  ///< the same for the contrary
        tag_matches,  ///< the same for a regular expression
        tag_matches_not,  ///< and for its contrary
    };

    Kind kind;
    std::uint8_t count = 0;
    std::uint32_t index = 0;
    union {
        Native native = nullptr;
        std::size_t constant;  // of what begins with tag_
    };
};

/// What level() and changed() say about an event as a number from 0 to 7.
constexpr int facts_bit(std::int64_t level, bool changed) noexcept {
    return static_cast<int>(level) * 2 + (changed ? 1 : 0);
}

/// A compiled expression, immutable from then on but for its history. It leaves one boolean on the stack, which never
/// holds more than stack_size values.
struct Program {
    std::vector<Step> steps;
    std::vector<Value> constants;  ///< strings and what stands for a regular expression point into the following
    std::deque<std::string> texts;
    std::vector<std::string> names;
    std::vector<std::unique_ptr<const re2::RE2>> regexes;
    std::deque<RegexReplacement> replacements;
    std::unique_ptr<History> history;  ///< when a function needs one

    Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();
};

enum class Outcome { no, yes, missing };

/// `missing` when a tag or a result that is needed is not there. Thread-safe: evaluations of a program with a history
/// wait for one another. May throw std::bad_alloc.
Outcome run(const Program& program, const Event& event);

}  // namespace tocsin::core::expression
