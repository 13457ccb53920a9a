#pragma once

#include "base/mistakes.hpp"
#include "config/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// Adds what a plugin said is wrong (`tocsin_error`): one mistake a line, at the place of the option that the line
/// names, else at `where`. `section` comes before the option in messages. What the text quotes of a value that was
/// fetched or is secret, or of `hidden`, is left out.
///
/// `refused`: the options that the plugin saw the defaults of, because there are mistakes in them. If there are any,
/// only lines about other options count, and of these none that has the name of a refused one in it.
void add_plugin_mistakes(std::string_view text, const std::vector<OptionSpec>& specs,
                         const std::vector<OptionValue>& values, const std::string& section, const Location& where,
                         Mistakes& mistakes, const std::vector<std::string>& hidden = {},
                         const std::vector<bool>& refused = {});

}  // namespace tocsin::core
