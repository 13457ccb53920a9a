#include "route/expression/functions.hpp"

#include "base/text.hpp"
#include "route/expression/regex_replace.hpp"
#include "route/expression/text_search.hpp"
#include "route/unicode.hpp"

#include <algorithm>

namespace tocsin::core::expression {
namespace {

std::int64_t position(std::size_t found) noexcept { return found == npos ? -1 : static_cast<std::int64_t>(found); }

bool contains(Frame&, Value* values) {
    values[0] = Value{find_first(values[0].text, values[1].text) != npos};
    return true;
}

bool contains_any(Frame&, Value* values) {
    values[0] = Value{RuneSet{values[1].text}.find_first_in(values[0].text) != npos};
    return true;
}

bool count_of(Frame&, Value* values) {
    values[0] = Value{static_cast<std::int64_t>(count(values[0].text, values[1].text))};
    return true;
}

bool has_prefix(Frame&, Value* values) {
    values[0] = Value{values[0].text.starts_with(values[1].text)};
    return true;
}

bool has_suffix(Frame&, Value* values) {
    values[0] = Value{values[0].text.ends_with(values[1].text)};
    return true;
}

bool index(Frame&, Value* values) {
    values[0] = Value{position(find_first(values[0].text, values[1].text))};
    return true;
}

bool index_any(Frame&, Value* values) {
    values[0] = Value{position(RuneSet{values[1].text}.find_first_in(values[0].text))};
    return true;
}

bool last_index(Frame&, Value* values) {
    values[0] = Value{position(find_last(values[0].text, values[1].text))};
    return true;
}

bool last_index_any(Frame&, Value* values) {
    values[0] = Value{position(RuneSet{values[1].text}.find_last_in(values[0].text))};
    return true;
}

bool length(Frame&, Value* values) {
    values[0] = Value{static_cast<std::int64_t>(values[0].text.size())};
    return true;
}

bool replace(Frame& frame, Value* values) {
    const std::string_view text = values[0].text;
    const std::string_view old = values[1].text;
    const std::string_view fresh = values[2].text;
    const std::int64_t most = values[3].integer;
    if (most == 0 || old == fresh) return true;
    std::size_t left = count(text, old);
    if (left == 0) return true;
    if (most > 0) left = std::min(left, static_cast<std::size_t>(most));
    if (!fresh.empty() && left > longest_text / fresh.size()) return frame.fail(too_long);
    const std::size_t size = text.size() - left * old.size() + left * fresh.size();
    if (size > longest_text) return frame.fail(too_long);

    char* const made = frame.room(size);
    if (made == nullptr) return false;
    char* end = made;
    const auto append = [&end](std::string_view part) { end = std::copy(part.begin(), part.end(), end); };
    std::size_t start = 0;
    for (bool first = true; left > 0; --left, first = false) {
        std::size_t at = start;
        if (!old.empty()) {
            at = find_first(text, old, start);
        } else if (!first) {
            next_code_point(text, at);
        }
        append(text.substr(start, at - start));
        append(fresh);
        start = at + old.size();
    }
    append(text.substr(start));
    values[0] = Value{std::string_view{made, size}};
    return true;
}

// As Go's text[start:stop], so `stop` may be the end; Kapacitor refuses that one.
bool substring(Frame& frame, Value* values) {
    const std::string_view text = values[0].text;
    const std::int64_t start = values[1].integer;
    const std::int64_t stop = values[2].integer;
    if (start < 0 || stop < start || stop > static_cast<std::int64_t>(text.size()))
        return frame.fail("the positions are not in the text");
    values[0] = Value{text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(stop - start))};
    return true;
}

template <int (*map)(int) noexcept>
bool map_case(Frame& frame, Value* values) {
    const std::string_view text = values[0].text;
    const auto same = [](char byte) { return (byte & 0x80) == 0 && map(byte) == byte; };
    if (std::all_of(text.begin(), text.end(), same)) return true;
    if (text.size() > longest_text) return frame.fail(too_long);
    std::string& out = Frame::draft();
    for (std::size_t at = 0; at < text.size();) append_utf8(out, map(next_code_point(text, at)));
    return frame.give(values[0], out);
}

template <class Drop>
std::string_view trim_left(std::string_view text, Drop drop) {
    std::size_t start = 0;
    while (start < text.size()) {
        std::size_t after = start;
        if (!drop(next_code_point(text, after))) break;
        start = after;
    }
    return text.substr(start);
}

template <class Drop>
std::string_view trim_right(std::string_view text, Drop drop) {
    std::size_t end = text.size();
    while (end > 0) {
        std::size_t before = end;
        if (!drop(previous_code_point(text, before))) break;
        end = before;
    }
    return text.substr(0, end);
}

template <bool left, bool right>
bool trim(Frame&, Value* values) {
    const RuneSet set{values[1].text};
    const auto drop = [&set](int code_point) { return set.contains(code_point); };
    std::string_view text = values[0].text;
    if (left) text = trim_left(text, drop);
    if (right) text = trim_right(text, drop);
    values[0] = Value{text};
    return true;
}

bool trim_space(Frame&, Value* values) {
    values[0] = Value{trim_right(trim_left(values[0].text, is_space), is_space)};
    return true;
}

bool trim_prefix(Frame&, Value* values) {
    std::string_view text = values[0].text;
    if (text.starts_with(values[1].text)) text.remove_prefix(values[1].text.size());
    values[0] = Value{text};
    return true;
}

bool trim_suffix(Frame&, Value* values) {
    std::string_view text = values[0].text;
    if (text.ends_with(values[1].text)) text.remove_suffix(values[1].text.size());
    values[0] = Value{text};
    return true;
}

bool apply(Frame& frame, Value* values, const RegexReplacement& replacement) {
    const std::string_view text = values[1].text;
    std::string& out = Frame::draft();
    switch (replacement.apply(text, longest_text, out)) {
        case RegexReplacement::Result::unchanged: values[0] = Value{text}; return true;
        case RegexReplacement::Result::replaced: return frame.give(values[0], out);
        case RegexReplacement::Result::too_long: break;
    }
    return frame.fail(too_long);
}

bool replace_regex(Frame& frame, Value* values) {
    return apply(frame, values, RegexReplacement{*values[0].regex, values[2].text});
}

constexpr Type text = Type::string;

constexpr Function functions[] = {
    {"strContains", contains, Type::boolean, 2, {text, text}},
    {"strContainsAny", contains_any, Type::boolean, 2, {text, text}},
    {"strCount", count_of, Type::integer, 2, {text, text}},
    {"strHasPrefix", has_prefix, Type::boolean, 2, {text, text}},
    {"strHasSuffix", has_suffix, Type::boolean, 2, {text, text}},
    {"strIndex", index, Type::integer, 2, {text, text}},
    {"strIndexAny", index_any, Type::integer, 2, {text, text}},
    {"strLastIndex", last_index, Type::integer, 2, {text, text}},
    {"strLastIndexAny", last_index_any, Type::integer, 2, {text, text}},
    {"strLength", length, Type::integer, 1, {text}},
    {"strReplace", replace, text, 4, {text, text, text, Type::integer}},
    {"strSubstring", substring, text, 3, {text, Type::integer, Type::integer}},
    {"strToLower", map_case<lower_case>, text, 1, {text}},
    {"strToUpper", map_case<upper_case>, text, 1, {text}},
    {"strTrim", trim<true, true>, text, 2, {text, text}},
    {"strTrimLeft", trim<true, false>, text, 2, {text, text}},
    {"strTrimPrefix", trim_prefix, text, 2, {text, text}},
    {"strTrimRight", trim<false, true>, text, 2, {text, text}},
    {"strTrimSpace", trim_space, text, 1, {text}},
    {"strTrimSuffix", trim_suffix, text, 2, {text, text}},
    {"regexReplace", replace_regex, text, 3, {Type::regex, text, text}},
};

}  // namespace

std::span<const Function> string_functions() noexcept { return functions; }

bool apply_replacement(Frame& frame, Value* values) { return apply(frame, values, *values[2].replacement); }

}  // namespace tocsin::core::expression
