#pragma once

#include "base/json_string.hpp"
#include "event/event.hpp"

#include <cstdint>
#include <string>

namespace tocsin::core {

/// Appends a field's value as JSON. Strings as append_json_string; floats as Go and JavaScript write them (shortest
/// form that reads back; negative zero as Go's "-0"); NaN and infinities as null; JSON verbatim.
void append_json(std::string& out, const tocsin_field& field);

/// Appends nanoseconds since 1970 as RFC 3339 in UTC with as many fractional digits as needed (Go's RFC3339Nano).
void append_time(std::string& out, std::int64_t nanoseconds);

/// Appends the event as Kapacitor's AlertData (its alert/types.go): compact JSON with the keys id, message, details,
/// time, duration (nanoseconds), level, data, previousLevel, recoverable (always true), as Go's encoding/json writes
/// them. data holds one series with one row: the event's name and tags (left out when empty), its time and its fields.
/// Where Go refuses a value, NaN and infinities, it is null. `event`: the `abi()` of an Event.
void append_alert_data(std::string& out, const tocsin_event& event);

}  // namespace tocsin::core
