#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// `text` with "..." for what it says of `values`: for a whole value, a line of one, and any 8 bytes or more of one.
/// What has fewer than 4 bytes counts only where no letter or digit stands beside it.
std::string without_values(std::string_view text, const std::vector<std::string>& values);

/// `text` with "..." for what stands in quotes and is a part of `value`.
std::string without_quoted_parts(std::string_view text, std::string_view value);

}  // namespace tocsin::core
