#include "fuzz/same.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tocsin::fuzz {

using core::Location;
using core::Node;

namespace {

bool same(const Location& a, const Location& b) { return core::to_string(a) == core::to_string(b); }

}  // namespace

bool same(const Node& a, const Node& b) {
    const bool scalars = a.kind == b.kind && same(a.where, b.where) && a.boolean == b.boolean &&
                         a.integer == b.integer && (a.real == b.real || (std::isnan(a.real) && std::isnan(b.real))) &&
                         a.text == b.text && a.plain == b.plain && a.verbatim == b.verbatim;
    return scalars &&
           std::equal(a.list.begin(), a.list.end(), b.list.begin(), b.list.end(),
                      [](const Node& one, const Node& other) { return same(one, other); }) &&
           std::equal(a.table.begin(), a.table.end(), b.table.begin(), b.table.end(),
                      [](const Node::Entry& one, const Node::Entry& other) {
                          return one.key == other.key && same(one.where, other.where) && same(one.value, other.value);
                      });
}

bool same(const core::Mistakes& a, const core::Mistakes& b) {
    std::ostringstream one;
    std::ostringstream other;
    a.print(one);
    b.print(other);
    return one.str() == other.str();
}

}  // namespace tocsin::fuzz
