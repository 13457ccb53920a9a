#pragma once

#include "route/gotemplate/syntax.hpp"

#include <cstddef>
#include <string_view>

namespace tocsin::core::gotemplate {

/// How many `define` and `block` a template may have.
inline constexpr std::size_t most_definitions = 200;

/// Parses a template, which must be UTF-8. Throws TextError.
syntax::Source parse(std::string_view text);

}  // namespace tocsin::core::gotemplate
