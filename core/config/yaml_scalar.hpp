#pragma once

#include "config/node.hpp"

namespace tocsin::core {

/// Sets kind and value of an unquoted YAML scalar from its `text`, with the types that Go's yaml.v2 gives: null
/// (`~`, `null`, nothing), booleans (also y, n, yes, no, on, off), whole numbers (0x, 0o, 0b, a leading 0 for octal,
/// `_` between digits), numbers, else a string. A whole number beyond 64 bits is a number.
void resolve_plain_scalar(Node& node);

}  // namespace tocsin::core
