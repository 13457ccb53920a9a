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

/// One function for arguments of certain types. A function for several combinations of types has one entry for each.
struct Function {
    std::string_view name;
    Type result;
    Native run;
    std::uint8_t count = 0;
    Type arguments[most_arguments] = {};
};

/// level() changed() name() taskName()
std::span<const Function> event_functions() noexcept;

/// strContains() and so on, and regexReplace()
std::span<const Function> string_functions() noexcept;

/// All functions of this name.
std::vector<const Function*> find_functions(std::string_view name);

std::vector<std::string> function_names();

}  // namespace tocsin::core::expression
