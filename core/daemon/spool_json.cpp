#include "daemon/spool_json.hpp"

#include "base/json_string.hpp"
#include "base/text.hpp"
#include "event/json.hpp"

#include <cmath>

namespace tocsin::core {
namespace {

void append_key(std::string& out, std::string_view key) {
    out.append(out.back() == '{' ? "\"" : ",\"").append(key).append("\":");
}

void append_member(std::string& out, std::string_view key, std::string_view text) {
    append_key(out, key);
    append_exact(out, text);
}

void append_moment(std::string& out, std::string_view key, std::int64_t time) {
    append_key(out, key);
    out += '"';
    append_time(out, time);
    out += '"';
}

std::string_view type_of(const tocsin_field& field) {
    switch (field.type) {
        case TOCSIN_FIELD_INTEGER: return "integer";
        case TOCSIN_FIELD_FLOAT: return "float";
        case TOCSIN_FIELD_BOOLEAN: return "boolean";
        case TOCSIN_FIELD_JSON: return "json";
        default: return "string";
    }
}

void append_value(std::string& out, const tocsin_field& field) {
    if (field.type == TOCSIN_FIELD_STRING) return append_exact(out, view(field.text));
    if (field.type != TOCSIN_FIELD_FLOAT || std::isfinite(field.number)) return append_json(out, field);
    out += std::isnan(field.number) ? "\"NaN\"" : field.number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

void append_event(std::string& out, const Event& event) {
    append_member(out, "topic", event.topic());
    append_member(out, "id", event.id());
    append_member(out, "level", name_of(event.level()));
    append_member(out, "previousLevel", name_of(event.previous_level()));
    append_moment(out, "time", event.time());
    append_key(out, "duration");
    out += std::to_string(event.duration());
    append_member(out, "message", event.message());
    append_member(out, "details", event.details());
    append_member(out, "name", event.name());
    append_member(out, "taskName", event.task_name());
    append_member(out, "group", event.group());
    append_key(out, "tags");
    out += '{';
    for (const auto& tag : event.tags()) {
        if (out.back() != '{') out += ',';
        append_json_string(out, view(tag.key));
        out += ':';
        append_exact(out, view(tag.value));
    }
    out += '}';
    append_key(out, "fields");
    out += '{';
    for (const auto& field : event.fields()) {
        if (out.back() != '{') out += ',';
        append_json_string(out, view(field.key));
        out.append(":{\"").append(type_of(field)).append("\":");
        append_value(out, field);
        out += '}';
    }
    out += '}';
}

void append_delivery(std::string& out, const HandlerName& handler, std::uint64_t sequence, std::int64_t received,
                     const Event* event) {
    append_key(out, "sequence");
    out += std::to_string(sequence);
    append_key(out, "handler");
    append_handler(out, handler);
    append_moment(out, "received", received);
    if (event != nullptr) append_event(out, *event);
    out += '}';
}

}  // namespace

void append_exact(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (is_utf8(text)) return append_json_string(out, text);
    out += "{\"hex\":\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    out += "\"}";
}

void append_handler(std::string& out, const HandlerName& handler) {
    out += '{';
    append_member(out, "topic", handler.topic);
    append_member(out, "id", handler.id);
    out += '}';
}

std::string delivery_json(const HandlerName& handler, const KeptDelivery& delivery) {
    std::string out = "{";
    append_delivery(out, handler, delivery.sequence, delivery.received, delivery.event.get());
    return out;
}

std::string dead_letter_json(const DeadLetter& letter) {
    std::string out = "{";
    append_key(out, "number");
    out += std::to_string(letter.number);
    append_moment(out, "died", letter.died);
    append_member(out, "reason", letter.reason);
    append_delivery(out, letter.handler, letter.event ? letter.event->sequence() : 0, letter.received,
                    letter.event.get());
    return out;
}

}  // namespace tocsin::core
