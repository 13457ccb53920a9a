#pragma once

#include "route/expression/native.hpp"
#include "route/expression/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core::expression {

inline constexpr std::size_t most_arguments = 4;

enum class Nature : std::uint8_t {
    pure,     ///< depends on its arguments, without arguments on the event and the time; once for constant arguments
    varying,  ///< each call gives another result
    remembering,  ///< depends on earlier evaluations too, and needs Frame::history
};

/// One function for arguments of certain types. A function for several combinations of types has one entry for each.
struct Function {
    std::string_view name;
    Native run;
    Type result;
    std::uint8_t count = 0;
    Type arguments[most_arguments] = {};
    Nature nature = Nature::pure;
};

/// level() changed() name() taskName() alertDuration()
std::span<const Function> event_functions() noexcept;

/// strContains() and so on, and regexReplace()
std::span<const Function> string_functions() noexcept;

/// regexReplace() with Value::replacement as its third argument.
bool apply_replacement(Frame& frame, Value* values);

/// bool() int() float() string() duration() humanBytes()
std::span<const Function> conversion_functions() noexcept;

/// abs() to yn(), all on floats
std::span<const Function> math_functions() noexcept;

/// now(), and what time it is in the machine's time zone
std::span<const Function> time_functions() noexcept;

/// count() sigma() spread() rand()
std::span<const Function> varying_functions() noexcept;

/// All functions of this name.
std::vector<const Function*> find_functions(std::string_view name);

/// Each once.
std::vector<std::string> function_names();

}  // namespace tocsin::core::expression
