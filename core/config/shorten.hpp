#pragma once

#include <string>
#include <string_view>

namespace tocsin::core {

/// What a message shows of a text from a file: all of it, or its first 40 characters and "...".
std::string shortened(std::string_view text);

}  // namespace tocsin::core
