#include "route/gotemplate/function.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/checks.hpp"
#include "route/gotemplate/compare.hpp"
#include "route/gotemplate/json.hpp"
#include "route/gotemplate/print.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

using Values = std::span<const Value>;

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
    const auto size = [](auto count) { return Value::of(Kind::integer, static_cast<std::int64_t>(count)); };
    switch (values[0].kind) {
        case Kind::string:
        case Kind::json: return size(values[0].text.size());
        case Kind::tags: return size(run.event().tags().size());
        case Kind::fields: return size(run.event().fields().size());
        default: return fail(run, "len", std::string{describe(values[0].kind)} + " has no length");
    }
}

Value index_of(Run& run, const Value& item, const Value& key) {
    if (maps.has(item.kind)) {
        if (!key.is_string())
            return fail(run, "index", "the key is " + std::string{describe(key.kind)} + ", no string");
        if (item.kind == Kind::tags) return Value::of(run.event().tag(key.text).value_or(""));
        const auto* field = run.event().field(key.text);
        return field == nullptr ? Value{} : Value::of(*field);
    }
    if (!item.is_string()) return fail(run, "index", std::string{describe(item.kind)} + " has no entries");
    if (!integers.has(key.kind))
        return fail(run, "index", "the place in a string is " + std::string{describe(key.kind)} + ", no integer");
    if (key.integer < 0 || static_cast<std::uint64_t>(key.integer) >= item.text.size())
        return fail(run, "index", "the string is shorter");
    return Value::of(Kind::byte, static_cast<unsigned char>(item.text[static_cast<std::size_t>(key.integer)]));
}

Value index(Run& run, Values values) {
    auto item = values[0];
    if (item.kind == Kind::none) return fail(run, "index", "there is no value to look into");
    for (const auto& key : values.subspan(1)) {
        item = index_of(run, item, key);
        if (run.failed()) return {};
    }
    return item;
}

Value print(Run& run, Values values) {
    if (values.size() == 1 && values[0].is_string()) return Value::of(values[0].text);
    std::string text;
    if (!append_print(text, values, run.event(), run.left())) run.fail_size();
    return Value::of(run.keep(std::move(text)));
}

Value printf(Run& run, Values values) {
    if (!values[0].is_string())
        return fail(run, "printf", "the format is " + std::string{describe(values[0].kind)} + ", no string");
    std::string text;
    if (!append_printf(text, values[0].text, values.subspan(1), run.event(), run.left())) run.fail_size();
    return Value::of(run.keep(std::move(text)));
}

Value json(Run& run, Values values) {
    std::string text;
    append_json_value(text, values[0], run.event());
    return Value::of(run.keep(std::move(text)));
}

/// Reached where the result is not put in at once.
Value levels(Run& run, Values values) {
    if (values[0].kind == Kind::none) return Value::of("<no value>");
    return print(run, values);
}

using Op = Expression::Op;

constexpr std::array functions{
    Function{"and", Op::all, 1, Function::any_number, check_union, nullptr},
    Function{"eq", Op::call, 2, Function::any_number, check_equality, eq},
    Function{"ge", Op::call, 2, 2, check_order, order<false, true>},
    Function{"gt", Op::call, 2, 2, check_order, order<true, true>},
    Function{"index", Op::call, 1, Function::any_number, check_index, index},
    Function{"json", Op::call, 1, 1, check_text, json},
    Function{"le", Op::call, 2, 2, check_order, order<true, false>},
    Function{"len", Op::call, 1, 1, check_length, len},
    Function{levels_name, Op::call, 1, 1, check_text, levels},
    Function{"lt", Op::call, 2, 2, check_order, order<false, false>},
    Function{"ne", Op::call, 2, 2, check_equality, ne},
    Function{"not", Op::call, 1, 1, check_boolean, negate},
    Function{"or", Op::any, 1, Function::any_number, check_union, nullptr},
    Function{"print", Op::call, 0, Function::any_number, check_text, print},
    Function{"printf", Op::call, 1, Function::any_number, check_format, printf},
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
