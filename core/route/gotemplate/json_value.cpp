#include "route/gotemplate/json_value.hpp"

#include "route/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

namespace tocsin::core::gotemplate {
namespace {

/// Bytes that the first value of `text` has.
std::size_t value_size(std::string_view text) noexcept {
    std::size_t depth = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at)
                if (text[at] == '\\') ++at;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if (c == ']' || c == '}') {
            if (depth == 0) return at;
            --depth;
        } else if (depth == 0 && (c == ',' || c == ':')) {
            return at;
        }
        ++at;
        if (depth == 0 && (c == '"' || c == ']' || c == '}')) return at;
    }
    return text.size();
}

int read_unit(std::string_view text, std::size_t at) noexcept {
    int unit = -1;
    if (at + 4 <= text.size()) std::from_chars(text.data() + at, text.data() + at + 4, unit, 16);
    return unit;
}

/// Reads `uXXXX`, two of them for a surrogate pair, at `at` and moves past.
int read_unicode(std::string_view text, std::size_t& at) noexcept {
    const int first = read_unit(text, at + 1);
    at += 5;
    if (first < 0xd800 || first > 0xdbff || text.substr(at, 2) != "\\u") return first;
    const int second = read_unit(text, at + 2);
    if (second < 0xdc00 || second > 0xdfff) return first;
    at += 6;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

std::string unescape(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '\\') {
            plain += text[at++];
            continue;
        }
        ++at;
        switch (text[at]) {
            case 'b': plain += '\b'; break;
            case 'f': plain += '\f'; break;
            case 'n': plain += '\n'; break;
            case 'r': plain += '\r'; break;
            case 't': plain += '\t'; break;
            case 'u': append_utf8(plain, read_unicode(text, at)); continue;
            default: plain += text[at]; break;
        }
        ++at;
    }
    return plain;
}

Value number(std::string_view json) {
    const char* const end = json.data() + json.size();
    if (json.find_first_of(".eE") == std::string_view::npos) {
        std::int64_t whole = 0;
        if (std::from_chars(json.data(), end, whole).ec == std::errc{}) return Value::of(Kind::integer64, whole);
    }
    double real = 0;
    const auto result = std::from_chars(json.data(), end, real);
    if (result.ec == std::errc::result_out_of_range) return Value::of(json);
    return Value::of(real);
}

}  // namespace

JsonEntries::JsonEntries(std::string_view json) noexcept {
    if (!is_json_array(json) && !is_json_object(json)) return;
    rest_ = json.substr(1, json.size() - 2);
    has_keys_ = is_json_object(json);
}

std::optional<JsonEntry> JsonEntries::next() noexcept {
    if (rest_.empty()) return std::nullopt;
    const auto take = [this] {
        const auto part = rest_.substr(0, value_size(rest_));
        rest_.remove_prefix(std::min(part.size() + 1, rest_.size()));  // with the , or : after it
        return part;
    };
    JsonEntry entry;
    if (has_keys_) entry.key = take();
    entry.value = take();
    return entry;
}

bool is_json_array(std::string_view json) noexcept { return json.size() > 1 && json[0] == '['; }
bool is_json_object(std::string_view json) noexcept { return json.size() > 1 && json[0] == '{'; }

std::size_t json_size(std::string_view json) noexcept {
    std::size_t count = 0;
    for (JsonEntries entries{json}; entries.next();) ++count;
    return count;
}

bool json_truth(std::string_view json) noexcept {
    if (json.empty()) return false;
    switch (json[0]) {
        case '[':
        case '{':
        case '"': return json.size() > 2;
        case 't': return true;
        case 'f':
        case 'n': return false;
        default: return json.substr(0, json.find_first_of("eE")).find_first_of("123456789") != std::string_view::npos;
    }
}

Value json_value(Run& run, std::string_view json) {
    if (json.empty()) return {};
    switch (json[0]) {
        case '[':
        case '{': return Value::of(json, Kind::json);
        case '"': return Value::of(json_text(run, json));
        case 't': return Value::of(true);
        case 'f': return Value::of(false);
        case 'n': return {};
        default: return number(json);
    }
}

Value opened(Run& run, const Value& value) { return value.kind == Kind::json ? json_value(run, value.text) : value; }

Value json_entry(Run& run, std::string_view object, std::string_view key) {
    std::optional<std::string_view> found;
    for (JsonEntries entries{object}; const auto entry = entries.next();)
        if (json_text(run, entry->key) == key) found = entry->value;
    return found ? json_value(run, *found) : Value{};
}

std::optional<Value> json_item(Run& run, std::string_view array, std::int64_t place) {
    JsonEntries entries{array};
    for (std::int64_t i = 0; const auto entry = entries.next(); ++i)
        if (i == place) return json_value(run, entry->value);
    return std::nullopt;
}

std::string_view json_text(Run& run, std::string_view quoted) {
    const auto text = quoted.substr(1, quoted.size() - 2);
    if (text.find('\\') == std::string_view::npos) return text;
    return run.keep(unescape(text));
}

}  // namespace tocsin::core::gotemplate
