#pragma once

#include "base/mistakes.hpp"
#include "config/schema.hpp"
#include "route/payload.hpp"

#include <optional>
#include <vector>

namespace tocsin::core {

/// Compiles the templates among a handler's options, `values` of `specs`: one payload per template option; nothing for
/// one that was left out or holds mistakes, which go to `mistakes`.
std::vector<std::optional<Payload>> compile_templates(const std::vector<OptionSpec>& specs,
                                                      const std::vector<OptionValue>& values, Mistakes& mistakes);

}  // namespace tocsin::core
