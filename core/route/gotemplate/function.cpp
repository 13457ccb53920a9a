#include "route/gotemplate/function.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/checks.hpp"
#include "route/gotemplate/compare.hpp"
#include "route/gotemplate/json_value.hpp"
#include "route/gotemplate/text_functions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

Value fail(Run& run, std::string_view name, std::string_view why) {
    run.fail(std::string{name} + ": " + std::string{why});
    return {};
}

Value fail_comparison(Run& run, std::string_view name, Kind a, Kind b) {
    return fail(run, name, std::string{describe(a)} + " and " + std::string{describe(b)} + " do not compare");
}

Value eq(Run& run, Values values) {
    for (const auto& other : values.subspan(1)) {
        const auto result = equal(values[0], other);
        if (!result) return fail_comparison(run, "eq", values[0].kind, other.kind);
        if (*result) return Value::of(true);
    }
    return Value::of(false);
}

Value ne(Run& run, Values values) {
    const auto result = equal(values[0], values[1]);
    if (!result) return fail_comparison(run, "ne", values[0].kind, values[1].kind);
    return Value::of(!*result);
}

/// Like Go: `gt` is not `le`, `ge` is not `lt`, which shows with NaN.
template <bool or_equal, bool negated>
Value order(Run& run, Values values) {
    const auto is_less = less(values[0], values[1]);
    if (!is_less) {
        constexpr auto name = negated ? (or_equal ? "gt" : "ge") : (or_equal ? "le" : "lt");
        return fail_comparison(run, name, values[0].kind, values[1].kind);
    }
    const bool holds = *is_less || (or_equal && equal(values[0], values[1]).value_or(false));
    return Value::of(holds != negated);
}

Value negate(Run& run, Values values) { return Value::of(!truth(values[0], run.event())); }

Value len(Run& run, Values values) {
    const auto value = opened(run, values[0]);
    const auto size = [](auto count) { return Value::of(Kind::integer, static_cast<std::int64_t>(count)); };
    switch (value.kind) {
        case Kind::string: return size(value.text.size());
        case Kind::json: return size(json_size(value.text));
        case Kind::tags: return size(run.event().tags().size());
        case Kind::fields: return size(run.event().fields().size());
        default: return fail(run, "len", std::string{describe(value.kind)} + " has no length");
    }
}

Value index_of_map(Run& run, const Value& item, const Value& key) {
    if (!key.is_string()) return fail(run, "index", "the key is " + std::string{describe(key.kind)} + ", no string");
    if (item.kind == Kind::tags) return Value::of(run.event().tag(key.text).value_or(""));
    if (item.kind == Kind::json) return json_entry(run, item.text, key.text);
    const auto* field = run.event().field(key.text);
    return field == nullptr ? Value{} : Value::of(*field);
}

Value index_of_list(Run& run, const Value& item, const Value& key) {
    const bool is_array = item.kind == Kind::json;
    const std::string whole{is_array ? "the list" : "the string"};
    if (!integers.has(key.kind))
        return fail(run, "index",
                    "the place in " + whole.substr(4).insert(0, "a ") + " is " + std::string{describe(key.kind)} +
                        ", no integer");
    if (is_array) {
        if (const auto value = json_item(run, item.text, key.integer)) return *value;
    } else if (key.integer >= 0 && static_cast<std::uint64_t>(key.integer) < item.text.size()) {
        return Value::of(Kind::byte, static_cast<unsigned char>(item.text[static_cast<std::size_t>(key.integer)]));
    }
    return fail(run, "index", whole + " is shorter");
}

Value index(Run& run, Values values) {
    auto item = values[0];
    if (item.kind == Kind::none) return fail(run, "index", "there is no value to look into");
    for (const auto& key : values.subspan(1)) {
        item = opened(run, item);
        run.count(item);
        const bool is_map = maps.has(item.kind) || (item.kind == Kind::json && is_json_object(item.text));
        if (is_map)
            item = index_of_map(run, item, key);
        else if (item.is_string())
            item = index_of_list(run, item, key);
        else
            return fail(run, "index", std::string{describe(item.kind)} + " has no entries");
        if (run.failed()) return {};
    }
    return item;
}

Value slice(Run& run, Values values) {
    if (values[0].kind != Kind::string)
        return fail(run, "slice", std::string{describe(values[0].kind)} + " cannot be cut, a string can");
    const auto text = values[0].text;
    std::size_t places[] = {0, text.size()};
    for (std::size_t i = 1; i < values.size(); ++i) {
        const auto& place = values[i];
        if (!integers.has(place.kind))
            return fail(run, "slice", "the place in a string is " + std::string{describe(place.kind)} + ", no integer");
        if (place.integer < 0 || static_cast<std::uint64_t>(place.integer) > text.size())
            return fail(run, "slice", "the string is shorter");
        places[i - 1] = static_cast<std::size_t>(place.integer);
    }
    if (places[0] > places[1]) return fail(run, "slice", "the end is before the beginning");
    return Value::of(text.substr(places[0], places[1] - places[0]));
}

/// A single string needs no copy.
Value print_one(Run& run, Values values) {
    if (values.size() == 1 && values[0].is_string()) return Value::of(values[0].text);
    std::string text;
    if (!print(run, values, text, run.left())) run.fail_size();
    return Value::of(run.keep(std::move(text)));
}

/// What is missing or empty gives way; zero and false are values.
Value fall_back(Run& run, Values values) {
    const auto& value = values[1];
    const bool is_container = (maps | strings).has(value.kind);
    const bool is_empty = value.kind == Kind::none || (is_container && !truth(value, run.event()));
    return is_empty ? values[0] : value;
}

using Op = Expression::Op;

constexpr auto any_number = Function::any_number;

constexpr std::array functions{
    Function{"and", Op::all, 1, any_number, check_union},
    Function{"default", Op::call, 2, 2, check_union, fall_back},
    Function{"eq", Op::call, 2, any_number, check_equality, eq},
    Function{"ge", Op::call, 2, 2, check_order, order<false, true>},
    Function{"gt", Op::call, 2, 2, check_order, order<true, true>},
    Function{"html", Op::call, 0, any_number, check_text, nullptr, html},
    Function{"index", Op::call, 1, any_number, check_index, index},
    Function{"js", Op::call, 0, any_number, check_text, nullptr, js},
    Function{"json", Op::call, 1, 1, check_text, nullptr, json},
    Function{"le", Op::call, 2, 2, check_order, order<true, false>},
    Function{"len", Op::call, 1, 1, check_length, len},
    Function{levels_name, Op::call, 1, 1, check_text, nullptr, levels},
    Function{"lower", Op::call, 1, 1, check_simple, nullptr, lower},
    Function{"lt", Op::call, 2, 2, check_order, order<false, false>},
    Function{"ne", Op::call, 2, 2, check_equality, ne},
    Function{"not", Op::call, 1, 1, check_boolean, negate},
    Function{"or", Op::any, 1, any_number, check_union},
    Function{"print", Op::call, 0, any_number, check_text, print_one, print},
    Function{"printf", Op::call, 1, any_number, check_format, nullptr, printf},
    Function{"println", Op::call, 0, any_number, check_text, nullptr, println},
    Function{"replace", Op::call, 3, 3, check_replace, nullptr, replace},
    Function{"slice", Op::call, 1, 3, check_slice, slice},
    Function{"upper", Op::call, 1, 1, check_simple, nullptr, upper},
    Function{"urlquery", Op::call, 0, any_number, check_text, nullptr, urlquery},
};

}  // namespace

const Function* find_function(std::string_view name) noexcept {
    const auto found = std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.name == name; });
    return found == functions.end() ? nullptr : &*found;
}

std::span<const std::string> function_names() {
    static const auto names = [] {
        std::vector<std::string> all;
        for (const auto& function : functions) all.emplace_back(function.name);
        return all;
    }();
    return names;
}

}  // namespace tocsin::core::gotemplate
