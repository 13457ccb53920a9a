#include "route/payload_entry.hpp"

#include "event/json.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::core {
namespace {

using Source = Payload::Entry::Source;

struct Known {
    std::string name;
    std::string key;
    Source source;
};

const std::array<Known, 11>& known_entries() {
    static const std::array<Known, 11> known{{
        {".ID", "id", Source::id},
        {".Message", "message", Source::message},
        {".Level", "level", Source::level},
        {".PreviousLevel", "previousLevel", Source::previous_level},
        {".Time", "time", Source::time},
        {".Duration", "duration", Source::duration},
        {".Details", "details", Source::details},
        {".Name", "name", Source::name},
        {".TaskName", "taskName", Source::task_name},
        {".Group", "group", Source::group},
        {".Topic", "topic", Source::topic},
    }};
    return known;
}

/// The text of a string, or of what YAML took for something else.
const std::string* text_of(const Node& node) {
    const bool is_scalar = node.kind != Node::Kind::list && node.kind != Node::Kind::table;
    return node.kind == Node::Kind::string || (node.plain && is_scalar) ? &node.text : nullptr;
}

std::optional<Payload::Entry> read_name(const Node& node, const std::string& key, Mistakes& mistakes) {
    const auto* text = text_of(node);
    if (text == nullptr) {
        mistakes.add(
            node.where, key,
            "an entry is the name of a tag or field, such as hostName, one of the event's own, such as .ID, or "
            "{ key: name }, not " +
                std::string{node.kind_name()});
        return std::nullopt;
    }
    if (text->empty()) {
        mistakes.add(node.where, key, "an entry cannot be empty");
        return std::nullopt;
    }
    if (text->front() != '.') return Payload::Entry{Source::by_name, *text, *text, {}};
    const auto& known = known_entries();
    const auto found = std::find_if(known.begin(), known.end(), [&](const Known& one) { return one.name == *text; });
    if (found != known.end()) return Payload::Entry{found->source, {}, found->key, {}};
    std::vector<std::string> names;
    for (const auto& one : known) names.push_back(one.name);
    mistakes.add_unknown(node.where, key, "the event has no \"" + *text + "\" of its own", names, *text);
    return std::nullopt;
}

void append_quoted_time(std::string& out, std::int64_t nanoseconds) {
    out += '"';
    append_time(out, nanoseconds);
    out += '"';
}

}  // namespace

std::optional<Payload::Entry> read_payload_entry(const Node& node, const std::string& key, Mistakes& mistakes) {
    std::optional<Payload::Entry> entry;
    if (node.kind != Node::Kind::table) {
        entry = read_name(node, key, mistakes);
    } else if (node.table.size() != 1) {
        mistakes.add(node.where, key, "an entry that is a table has one pair, { key: name }");
    } else if (node.table[0].key.empty()) {
        mistakes.add(node.table[0].where, key, "a key cannot be empty");
    } else {
        entry = read_name(node.table[0].value, key, mistakes);
        if (entry) entry->key = node.table[0].key;
    }
    if (entry) {
        append_json_string(entry->start, entry->key);
        entry->start += ':';
    }
    return entry;
}

void append_payload_entry(std::string& out, const Payload::Entry& entry, const Event& event) {
    const tocsin_field* field = nullptr;
    std::optional<std::string_view> text;
    switch (entry.source) {
        case Source::by_name:
            text = event.tag(entry.name);
            if (!text) field = event.field(entry.name);
            if (!text && field == nullptr) return;
            break;
        case Source::id: text = event.id(); break;
        case Source::message: text = event.message(); break;
        case Source::level: text = name_of(event.level()); break;
        case Source::previous_level: text = name_of(event.previous_level()); break;
        case Source::details: text = event.details(); break;
        case Source::name: text = event.name(); break;
        case Source::task_name: text = event.task_name(); break;
        case Source::group: text = event.group(); break;
        case Source::topic: text = event.topic(); break;
        case Source::time:
        case Source::duration: break;
    }
    if (out.back() != '{') out += ',';
    out += entry.start;
    if (text)
        append_json_string(out, *text);
    else if (field != nullptr)
        append_json(out, *field);
    else if (entry.source == Source::time)
        append_quoted_time(out, event.time());
    else
        out += std::to_string(event.duration());
}

}  // namespace tocsin::core
