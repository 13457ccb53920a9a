#include "event/json.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

namespace tocsin::core {
namespace {

void append_integer(std::string& out, std::int64_t value) {
    char text[20];
    const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
    out.append(text, end);
}

void append_padded(std::string& out, std::uint64_t value, int width) {
    char digits[20];
    for (int i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits, static_cast<std::size_t>(width));
}

/// ECMAScript's Number::toString, which Go's encoding/json follows, but for the sign of zero, which Go keeps.
void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    char text[32];  // -d.dddddddddddddddde-ddd
    const auto end = std::to_chars(std::begin(text), std::end(text), value, std::chars_format::scientific).ptr;
    std::string_view rest{text, static_cast<std::size_t>(end - text)};
    if (rest.front() == '-') {
        out += '-';
        rest.remove_prefix(1);
    }
    const auto mark = rest.find('e');
    int exponent = 0;
    std::from_chars(rest.data() + mark + (rest[mark + 1] == '+' ? 2 : 1), end, exponent);
    std::string digits{rest.substr(0, 1)};
    if (mark > 2) digits += rest.substr(2, mark - 2);
    const auto count = static_cast<int>(digits.size());

    if (exponent >= 21 || exponent < -6) {
        out += rest.substr(0, mark);
        out += exponent < 0 ? "e" : "e+";
        append_integer(out, exponent);
    } else if (exponent < 0) {
        out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
    } else if (count <= exponent + 1) {
        out.append(digits).append(static_cast<std::size_t>(exponent + 1 - count), '0');
    } else {
        const auto whole = static_cast<std::size_t>(exponent + 1);
        out.append(digits, 0, whole).append(1, '.').append(digits, whole);
    }
}

using AppendString = void (*)(std::string& out, std::string_view text);

void append_value(std::string& out, const tocsin_field& field, AppendString append_string) {
    switch (field.type) {
        case TOCSIN_FIELD_STRING: append_string(out, view(field.text)); break;
        case TOCSIN_FIELD_INTEGER: append_integer(out, field.integer); break;
        case TOCSIN_FIELD_FLOAT: append_number(out, field.number); break;
        case TOCSIN_FIELD_BOOLEAN: out += field.boolean != 0 ? "true" : "false"; break;
        case TOCSIN_FIELD_JSON: out += view(field.text); break;
        default: out += "null";
    }
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out.append(",\"").append(name).append("\":");
    append_go_json_string(out, text);
}

void append_series(std::string& out, const tocsin_event& event) {
    const std::span fields{event.fields, event.field_count};
    const char* separator = "";
    if (!view(event.name).empty()) {
        out += "\"name\":";
        append_go_json_string(out, view(event.name));
        separator = ",";
    }
    if (event.tag_count != 0) {
        out.append(separator).append("\"tags\":");
        char before = '{';
        for (const auto& tag : std::span{event.tags, event.tag_count}) {
            out += before;
            before = ',';
            append_go_json_string(out, view(tag.key));
            out += ':';
            append_go_json_string(out, view(tag.value));
        }
        out += '}';
        separator = ",";
    }
    out.append(separator).append(R"("columns":["time")");
    for (const auto& field : fields) {
        out += ',';
        append_go_json_string(out, view(field.key));
    }
    out += R"(],"values":[[")";
    append_time(out, event.time);
    out += '"';
    for (const auto& field : fields) {
        out += ',';
        append_value(out, field, append_go_json_string);
    }
    out += "]]";
}

}  // namespace

void append_json(std::string& out, const tocsin_field& field) { append_value(out, field, append_json_string); }

void append_time(std::string& out, std::int64_t nanoseconds) {
    constexpr std::int64_t second = 1'000'000'000;
    // Rounded down by hand: the start of the first day that fits would not fit itself.
    std::int64_t whole = nanoseconds / second;
    std::int64_t fraction = nanoseconds % second;
    if (fraction < 0) {
        fraction += second;
        --whole;
    }
    const std::chrono::sys_seconds time{std::chrono::seconds{whole}};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    append_padded(out, static_cast<std::uint64_t>(int{date.year()}), 4);
    out += '-';
    append_padded(out, unsigned{date.month()}, 2);
    out += '-';
    append_padded(out, unsigned{date.day()}, 2);
    out += 'T';
    append_padded(out, static_cast<std::uint64_t>(clock.hours().count()), 2);
    out += ':';
    append_padded(out, static_cast<std::uint64_t>(clock.minutes().count()), 2);
    out += ':';
    append_padded(out, static_cast<std::uint64_t>(clock.seconds().count()), 2);
    if (fraction != 0) {
        out += '.';
        append_padded(out, static_cast<std::uint64_t>(fraction), 9);
        out.erase(out.find_last_not_of('0') + 1);
    }
    out += 'Z';
}

void append_alert_data(std::string& out, const tocsin_event& event) {
    out += "{\"id\":";
    append_go_json_string(out, view(event.id));
    append_member(out, "message", view(event.message));
    append_member(out, "details", view(event.details));
    out += ",\"time\":\"";
    append_time(out, event.time);
    out += "\",\"duration\":";
    append_integer(out, event.duration);
    append_member(out, "level", name_of(static_cast<Level>(event.level)));
    out += ",\"data\":{\"series\":[{";
    append_series(out, event);
    out += "}]}";
    append_member(out, "previousLevel", name_of(static_cast<Level>(event.previous_level)));
    out += ",\"recoverable\":true}";
}

}  // namespace tocsin::core
