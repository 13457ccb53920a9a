#pragma once

#include "config/schema.hpp"

#include <string>
#include <vector>

namespace tocsin::core {

/// A text that is equal for options with equal values. It holds secrets. `with_files`: of files that options of type
/// path name, the time they were last written counts too.
std::string fingerprint(const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values, bool with_files);

}  // namespace tocsin::core
