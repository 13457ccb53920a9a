#include "route/gotemplate/json.hpp"

#include "event/json.hpp"
#include "route/gotemplate/member.hpp"

namespace tocsin::core::gotemplate {
namespace {

void append_real(std::string& out, double number) {
    tocsin_field field{};
    field.type = TOCSIN_FIELD_FLOAT;
    field.number = number;
    append_json(out, field);
}

void append_key(std::string& out, std::string_view key) {
    if (out.back() != '{') out += ',';
    append_go_json_string(out, key);
    out += ':';
}

}  // namespace

void append_json_value(std::string& out, const Value& value, const Event& event) {
    switch (value.kind) {
        case Kind::none: out += "null"; break;
        case Kind::boolean: out += value.boolean ? "true" : "false"; break;
        case Kind::integer:
        case Kind::integer64:
        case Kind::byte:
        case Kind::duration:
        case Kind::month:
        case Kind::weekday: out += std::to_string(value.integer); break;
        case Kind::real: append_real(out, value.real); break;
        case Kind::string: append_go_json_string(out, value.text); break;
        case Kind::json: out += value.text; break;
        case Kind::time:
            out += '"';
            append_time(out, value.integer);
            out += '"';
            break;
        case Kind::tags:
            out += '{';
            for (const auto& tag : event.tags()) {
                append_key(out, view(tag.key));
                append_go_json_string(out, view(tag.value));
            }
            out += '}';
            break;
        case Kind::fields:
            out += '{';
            for (const auto& field : event.fields()) {
                append_key(out, view(field.key));
                append_json_value(out, Value::of(field), event);
            }
            out += '}';
            break;
        case Kind::event:
            out += '{';
            for (int i = 0; i < member_count; ++i) {
                append_key(out, member_names()[static_cast<std::size_t>(i)]);
                append_json_value(out, read(event, static_cast<Member>(i)), event);
            }
            out += '}';
            break;
    }
}

}  // namespace tocsin::core::gotemplate
