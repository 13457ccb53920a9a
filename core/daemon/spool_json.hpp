#pragma once

#include "spool/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::core {

/// What `tocsin spool` writes as JSON: one line, without its end, one object for each delivery or dead letter.
///
/// Keys of a delivery, in this order: sequence, handler ({topic, id}), received, topic, id, level, previousLevel, time,
/// duration (nanoseconds), message, details, name, taskName, group, tags ({key: string}), fields ({key: {type: value}},
/// the type being one of string, integer, float, boolean, json). A dead letter begins with number, died and reason.
/// Times are RFC 3339 in UTC with all digits that are not zero. Nothing is lost: a string that is not UTF-8 is
/// {"hex": its bytes}, and a float that JSON does not know is "NaN", "Infinity" or "-Infinity". An event that cannot be
/// read leaves the keys from topic on out.
std::string delivery_json(const HandlerName& handler, const KeptDelivery& delivery);
std::string dead_letter_json(const DeadLetter& letter);

/// `text` as such a string.
void append_exact(std::string& out, std::string_view text);
/// {"topic": ..., "id": ...}
void append_handler(std::string& out, const HandlerName& handler);

}  // namespace tocsin::core
