#pragma once

#include "event/event.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core {

/// What the spool keeps of an event beside its columns: details, name, task name, group, tags and fields.
///
/// Format 1: the byte 1, then the four strings, the tags and the fields, each list after its count. Counts and sizes
/// are unsigned LEB128; a string is its size and its bytes; a tag is two strings; a field is its key, a byte
/// TOCSIN_FIELD_... and its value: strings and JSON as a string, integers and floats as 8 bytes with the lowest first,
/// booleans as a byte.
void append_record(std::string& out, const Event& event);

/// The columns of an event's row.
struct EventColumns {
    std::uint64_t sequence = 0;
    std::int64_t received = 0;  ///< nanoseconds since 1970
    std::string_view topic;
    std::string_view id;
    std::int64_t level = 0;
    std::int64_t previous_level = 0;
    std::int64_t time = 0;
    std::int64_t duration = 0;
    std::string_view message;
    std::string_view record;
};

/// The event again. Nothing when the columns or the record are not what was written: any bytes may stand there.
std::unique_ptr<const Event> read_event(const EventColumns& columns);

}  // namespace tocsin::core
