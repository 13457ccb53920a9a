#include "route/gotemplate/value.hpp"

#include "route/gotemplate/json_value.hpp"

namespace tocsin::core::gotemplate {

Value Value::of(const tocsin_field& field) noexcept {
    switch (field.type) {
        case TOCSIN_FIELD_STRING: return of(view(field.text));
        case TOCSIN_FIELD_INTEGER: return of(Kind::integer64, field.integer);
        case TOCSIN_FIELD_FLOAT: return of(field.number);
        case TOCSIN_FIELD_BOOLEAN: return of(field.boolean != 0);
        case TOCSIN_FIELD_JSON: return of(view(field.text), Kind::json);
        default: return {};
    }
}

bool truth(const Value& value, const Event& event) noexcept {
    switch (value.kind) {
        case Kind::none: return false;
        case Kind::boolean: return value.boolean;
        case Kind::integer:
        case Kind::integer64:
        case Kind::byte:
        case Kind::duration:
        case Kind::month:
        case Kind::weekday: return value.integer != 0;
        case Kind::real: return value.real != 0;
        case Kind::string: return !value.text.empty();
        case Kind::json: return json_truth(value.text);
        case Kind::tags: return !event.tags().empty();
        case Kind::fields: return !event.fields().empty();
        case Kind::time:
        case Kind::event: return true;
    }
    return false;
}

std::string_view describe(Kind kind) noexcept {
    switch (kind) {
        case Kind::none: return "a missing value";
        case Kind::boolean: return "a boolean";
        case Kind::integer:
        case Kind::integer64: return "an integer";
        case Kind::byte: return "a byte";
        case Kind::real: return "a floating-point number";
        case Kind::string: return "a string";
        case Kind::json: return "JSON";
        case Kind::time: return "a time";
        case Kind::duration: return "a duration";
        case Kind::tags: return "the tags";
        case Kind::fields: return "the fields";
        case Kind::event: return "the event";
        case Kind::month: return "a month";
        case Kind::weekday: return "a weekday";
    }
    return "";
}

std::string describe(Kinds kinds) {
    if (kinds == field_kinds) return "the value of a field";
    if (kinds == any_kind) return "a value";
    std::string text;
    kinds.each([&](Kind kind) {
        if (kind == Kind::none && !(kinds == Kinds{Kind::none})) return;
        if (!text.empty()) text += " or ";
        text += describe(kind);
    });
    return text;
}

std::string_view go_type(Kind kind) noexcept {
    switch (kind) {
        case Kind::none: return "<nil>";
        case Kind::boolean: return "bool";
        case Kind::integer: return "int";
        case Kind::integer64: return "int64";
        case Kind::byte: return "uint8";
        case Kind::real: return "float64";
        case Kind::string:
        case Kind::json: return "string";
        case Kind::time: return "time.Time";
        case Kind::duration: return "time.Duration";
        case Kind::tags: return "map[string]string";
        case Kind::fields: return "map[string]interface {}";
        case Kind::event: return "alert.TemplateData";
        case Kind::month: return "time.Month";
        case Kind::weekday: return "time.Weekday";
    }
    return "";
}

}  // namespace tocsin::core::gotemplate
