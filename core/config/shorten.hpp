#pragma once

#include <string>
#include <string_view>

namespace tocsin::core {

/// What a message shows of a text from a file: all of it, or its first `longest` characters and "...".
std::string shortened(std::string_view text, int longest = 40);

}  // namespace tocsin::core
