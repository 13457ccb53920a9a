#pragma once

#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// Appends a value as Go's fmt.Print writes it. What is missing prints as `<nil>`.
void append_value(std::string& out, const Value& value, const Event& event);

/// Appends the values as Go's fmt.Sprint writes them: a space between two that are both no strings. False when `out`
/// grew beyond `largest` bytes.
bool append_print(std::string& out, std::span<const Value> values, const Event& event, std::size_t largest);

/// The same as fmt.Sprintln does: a space between all values and a line end.
bool append_println(std::string& out, std::span<const Value> values, const Event& event, std::size_t largest);

/// Appends the values as Go's fmt.Sprintf writes them, with all its verbs (%p aside), flags, widths, precisions and
/// argument indexes, and its notes on what does not fit, such as `%!d(string=x)`. A time under a verb that is not for
/// text is noted that way too, where Go shows its internals. False when `out` grew beyond `largest` bytes.
bool append_printf(std::string& out, std::string_view format, std::span<const Value> values, const Event& event,
                   std::size_t largest);

}  // namespace tocsin::core::gotemplate
