#pragma once

#include "route/expression/native.hpp"
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
        constant,  ///< pushes constants[index]
        tag,       ///< pushes the tag names[index]; ends the program when it is not there
        present,   ///< pushes whether there is a tag names[index]
        call,      ///< takes `count` values off and pushes the native's result; ends the program when there is none
        skip_no,   ///< when the value on top is false, goes on at step `index`; else takes it off
        skip_yes,  ///< the same for true
    };

    Kind kind;
    std::uint8_t count = 0;
    std::uint32_t index = 0;
    Native native = nullptr;
};

/// A compiled expression, immutable from then on. It leaves one boolean on the stack, which never holds more than
/// stack_size values.
struct Program {
    std::vector<Step> steps;
    std::vector<Value> constants;  ///< strings and regular expressions point into the following
    std::deque<std::string> texts;
    std::vector<std::string> names;
    std::vector<std::unique_ptr<const re2::RE2>> regexes;

    Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();
};

enum class Outcome { no, yes, missing };

/// `missing` when a tag or a result that is needed is not there. Thread-safe. May throw std::bad_alloc.
Outcome run(const Program& program, const Event& event);

}  // namespace tocsin::core::expression
