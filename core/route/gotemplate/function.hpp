#pragma once

#include "route/gotemplate/program.hpp"
#include "route/gotemplate/run.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// A built-in function.
struct Function {
    static constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

    std::string_view name;
    Expression::Op op = Expression::Op::call;
    std::size_t least = 0;
    std::size_t most = 0;
    /// Checks the arguments, whose number is right, and says what the result may be. Throws TextError for what can
    /// never succeed.
    Kinds (*check)(const Expression& call) = nullptr;
    /// A failure is told to the run. Null for `and` and `or`, and for functions that only `append`.
    Value (*call)(Run& run, std::span<const Value> arguments) = nullptr;
    /// Appends the text that is the result. False when `out` grew beyond `largest` bytes: then it is worth nothing.
    bool (*append)(Run& run, std::span<const Value> arguments, std::string& out, std::size_t largest) = nullptr;
};

/// nullptr when there is none.
const Function* find_function(std::string_view name) noexcept;
std::span<const std::string> function_names();

/// Marks text whose `/` separate topic levels: see compile().
inline constexpr std::string_view levels_name = "levels";

}  // namespace tocsin::core::gotemplate
