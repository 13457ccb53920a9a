#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "event/event.hpp"
#include "route/payload.hpp"

#include <optional>
#include <string>

namespace tocsin::core {

/// One key of a payload's JSON object.
struct Payload::Entry {
    enum class Source {
        by_name,
        id,
        message,
        level,
        previous_level,
        time,
        duration,
        details,
        name,
        task_name,
        group,
        topic
    };

    Source source = Source::by_name;
    std::string name;  ///< by_name: of the tag or field
    std::string key;
    std::string start;  ///< the key as JSON, and the colon
};

/// Reads an entry as it stands in a file. `key` is the list's name in messages.
std::optional<Payload::Entry> read_payload_entry(const Node& node, const std::string& key, Mistakes& mistakes);

/// Appends `,` unless the object is empty so far, key and value; nothing when the event lacks the value.
void append_payload_entry(std::string& out, const Payload::Entry& entry, const Event& event);

}  // namespace tocsin::core
