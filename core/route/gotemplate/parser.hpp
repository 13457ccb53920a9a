#pragma once

#include "route/gotemplate/syntax.hpp"

#include <string_view>

namespace tocsin::core::gotemplate {

/// How deep parentheses, blocks and functions applied to functions may nest, each and together.
inline constexpr int deepest_nesting = 100;

/// Parses a template, which must be UTF-8. Throws TextError.
syntax::List parse(std::string_view text);

}  // namespace tocsin::core::gotemplate
