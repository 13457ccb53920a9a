#include "route/gotemplate/checks.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/compare.hpp"
#include "route/gotemplate/function.hpp"

namespace tocsin::core::gotemplate {
namespace {

/// What is text or prints as one word.
constexpr Kinds simple_kinds = strings | integers | Kinds{Kind::none, Kind::boolean, Kind::real, Kind::time};

using Compares = bool (*)(Kind, Kind) noexcept;

bool is_possible(Kinds a, Kinds b, Compares compares) {
    bool possible = false;
    const Kinds nothing{Kind::none};
    a.each([&](Kind left) {
        b.each([&](Kind right) {
            const bool maybe_missing =
                (left == Kind::none && !(a == nothing)) || (right == Kind::none && !(b == nothing));
            possible = possible || (!maybe_missing && compares(left, right));
        });
    });
    return possible;
}

Kinds check_comparison(const Expression& call, Compares compares) {
    const auto& first = call.arguments[0];
    for (std::size_t i = 1; i < call.arguments.size(); ++i) {
        const auto& other = call.arguments[i];
        if (is_possible(first.kinds, other.kinds, compares)) continue;
        const bool fault_is_first = !is_possible(first.kinds, first.kinds, compares);
        throw TextError{fault_is_first ? first.offset : other.offset, std::string{call.function->name} +
                                                                          " cannot compare " + describe(first.kinds) +
                                                                          " with " + describe(other.kinds)};
    }
    return Kind::boolean;
}

[[noreturn]] void fail(const Expression& argument, std::string_view function, std::string_view takes) {
    throw TextError{argument.offset,
                    std::string{function} + " takes " + std::string{takes} + ", not " + describe(argument.kinds)};
}

}  // namespace

Kinds check_union(const Expression& call) {
    Kinds kinds;
    for (const auto& argument : call.arguments) kinds = kinds | argument.kinds;
    return kinds;
}

Kinds check_equality(const Expression& call) { return check_comparison(call, can_equal); }
Kinds check_order(const Expression& call) { return check_comparison(call, can_order); }

Kinds check_index(const Expression& call) {
    auto kinds = call.arguments[0].kinds;
    if (call.arguments.size() == 1) return kinds;
    if (!kinds.has_any(maps | strings)) fail(call.arguments[0], "index", "the tags, the fields, JSON or a string");
    for (std::size_t i = 1; i < call.arguments.size(); ++i) {
        const auto& key = call.arguments[i];
        const bool named = key.kinds.has_any(strings);
        Kinds next;
        if (kinds.has(Kind::tags) && named) next = next | Kind::string;
        if (kinds.has(Kind::fields) && named) next = next | field_kinds;
        if (kinds.has_any(strings) && key.kinds.has_any(integers)) next = next | Kind::byte;
        if (kinds.has(Kind::json) && key.kinds.has_any(strings | integers)) next = next | field_kinds;
        if (next.empty())
            fail(key, "index", kinds.has_any(maps) ? "a string as key" : "an integer as place in a string");
        kinds = next;
    }
    return kinds;
}

Kinds check_slice(const Expression& call) {
    const auto& text = call.arguments[0];
    if (!text.kinds.has(Kind::string)) fail(text, "slice", "a string");
    for (std::size_t i = 1; i < call.arguments.size(); ++i)
        if (!call.arguments[i].kinds.has_any(integers)) fail(call.arguments[i], "slice", "an integer as place");
    return Kind::string;
}

Kinds check_length(const Expression& call) {
    const auto& argument = call.arguments[0];
    if (!argument.kinds.has_any(maps | strings)) fail(argument, "len", "a string, JSON, the tags or the fields");
    return Kind::integer;
}

Kinds check_simple(const Expression& call) {
    for (const auto& argument : call.arguments)
        if (!argument.kinds.has_any(simple_kinds)) fail(argument, call.function->name, "text");
    return Kind::string;
}

Kinds check_replace(const Expression& call) {
    const auto& from = call.arguments[0];
    if (from.op == Expression::Op::constant && from.constant.is_string() && from.text.empty())
        throw TextError{from.offset, "replace looks for an empty text"};
    return check_simple(call);
}

Kinds check_format(const Expression& call) {
    const auto& format = call.arguments[0];
    if (!format.kinds.has_any(strings)) fail(format, "printf", "a string as format");
    return Kind::string;
}

Kinds check_text(const Expression&) { return Kind::string; }
Kinds check_boolean(const Expression&) { return Kind::boolean; }

}  // namespace tocsin::core::gotemplate
