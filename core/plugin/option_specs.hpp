#pragma once

#include "config/schema.hpp"

#include <tocsin/abi.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace tocsin::core {

enum class OptionScope { instance, handler };

/// Copies declared options into the host's form. Throws std::runtime_error for a declaration that breaks a rule: bad
/// or doubled name, unknown type, role or escape, a template among instance options, bounds that cross, a choice
/// without values.
std::vector<OptionSpec> read_specs(const tocsin_option* options, std::uint64_t count, OptionScope scope);

/// Lower case letters, digits and single '-' between them.
bool is_kind_name(std::string_view name) noexcept;

/// The option with this role, or nullptr.
const OptionSpec* with_role(const std::vector<OptionSpec>& specs, std::uint32_t role) noexcept;

}  // namespace tocsin::core
