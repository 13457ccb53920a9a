#pragma once

#include "route/gotemplate/program.hpp"

namespace tocsin::core::gotemplate {

/// The checks of the built-in functions (Function::check). What is missing at run time is no mistake: a tag that may be
/// missing is looked at as a string.

Kinds check_union(const Expression& call);
Kinds check_equality(const Expression& call);
Kinds check_order(const Expression& call);
Kinds check_index(const Expression& call);
Kinds check_length(const Expression& call);
Kinds check_format(const Expression& call);
Kinds check_slice(const Expression& call);
/// Of lower and upper: anything but tags, fields and the event.
Kinds check_simple(const Expression& call);
Kinds check_replace(const Expression& call);
Kinds check_text(const Expression& call);
Kinds check_boolean(const Expression& call);

}  // namespace tocsin::core::gotemplate
