#include "route/gotemplate/compare.hpp"

namespace tocsin::core::gotemplate {
namespace {

bool both(Kinds kinds, Kind a, Kind b) noexcept { return kinds.has(a) && kinds.has(b); }

}  // namespace

bool can_equal(Kind a, Kind b) noexcept {
    return a == Kind::none || b == Kind::none || can_order(a, b) || both(Kind::boolean, a, b) || both(Kind::time, a, b);
}

bool can_order(Kind a, Kind b) noexcept {
    return both(integers, a, b) || both(strings, a, b) || both(Kind::real, a, b);
}

std::optional<bool> equal(const Value& a, const Value& b) noexcept {
    if (!can_equal(a.kind, b.kind)) return std::nullopt;
    if (a.kind == Kind::none || b.kind == Kind::none) return a.kind == b.kind;
    if (a.is_string()) return a.text == b.text;
    if (a.kind == Kind::boolean) return a.boolean == b.boolean;
    if (a.kind == Kind::real) return a.real == b.real;
    return a.integer == b.integer;
}

std::optional<bool> less(const Value& a, const Value& b) noexcept {
    if (!can_order(a.kind, b.kind)) return std::nullopt;
    if (a.is_string()) return a.text < b.text;
    if (a.kind == Kind::real) return a.real < b.real;
    return a.integer < b.integer;
}

}  // namespace tocsin::core::gotemplate
