#pragma once

#include "route/gotemplate/value.hpp"

#include <string>

namespace tocsin::core::gotemplate {

/// Appends a value as Go's encoding/json writes it, compact and without line end: keys in order, times as RFC 3339,
/// durations in nanoseconds, `null` for what is missing; a JSON field as it is. `.` is an object with the names that
/// templates use as keys (`{"ID":...,"Fields":{...}}`), all of them.
void append_json_value(std::string& out, const Value& value, const Event& event);

}  // namespace tocsin::core::gotemplate
