#pragma once

#include "config/schema.hpp"

#include <tocsin/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

enum class OptionScope { instance, handler };

/// Copies declared options into the host's form. Throws std::runtime_error for a declaration that breaks a rule: bad
/// or doubled name, unknown type, role or escape, a template among instance options, a table of templates with a
/// default or an escape, bounds that cross, a choice without values, a default that the option itself would refuse, a
/// count without options or beyond all reason.
std::vector<OptionSpec> read_specs(const tocsin_option* options, std::uint64_t count, OptionScope scope);

/// Throws std::runtime_error when an array that a plugin declares has no elements but a count, or more of them than
/// any plugin has. `what` are the elements, in the plural.
void check_count(const void* elements, std::uint64_t count, std::string_view what);

/// A copy of a text that a plugin declares. Throws std::runtime_error when it is longer than any such text is: then its
/// size is not to be trusted. `what` names it.
std::string declared_text(tocsin_string text, std::string_view what);

/// At most 64 lower case letters, digits and single '-' between them.
bool is_kind_name(std::string_view name) noexcept;

/// The option with this role, or nullptr.
const OptionSpec* with_role(const std::vector<OptionSpec>& specs, std::uint32_t role) noexcept;

}  // namespace tocsin::core
