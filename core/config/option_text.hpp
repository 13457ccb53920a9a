#pragma once

#include "config/schema.hpp"

#include <string>
#include <string_view>

namespace tocsin::core {

/// " from 1 to 65535", " of at least 1s"; nothing without a range.
std::string range_text(const OptionSpec& spec);

/// What may be written and what happens without it: "duration from 1s to 1m30s, default \"30s\"".
std::string option_text(const OptionSpec& spec);

enum class SampleFormat { toml, yaml };

/// What a sample file gives the option: its default, else an empty value of its type, or the lowest one. A secret's
/// default is not shown.
std::string sample_value(const OptionSpec& spec, SampleFormat format);

/// `text` in double quotes, as both TOML and YAML read it.
std::string in_quotes(std::string_view text);

}  // namespace tocsin::core
