#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tocsin::core {

/// The value of a variable as a file would give it to the option `spec`, for the option's own checks. Nothing when it
/// is to be a list and is none, which is a mistake then.
std::optional<Node> value_from_environment(const OptionSpec& spec, const std::string& value, const Location& where,
                                           Mistakes& mistakes);

/// Sets one item of a list, or adds it at the end; `list` may be a single string, or null, instead.
void set_item(Node& list, std::size_t item, const std::string& value, const Location& where, Mistakes& mistakes);

}  // namespace tocsin::core
