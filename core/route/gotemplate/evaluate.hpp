#pragma once

#include "route/gotemplate/program.hpp"
#include "route/gotemplate/run.hpp"

#include <cstddef>
#include <string>

namespace tocsin::core::gotemplate {

/// What a body runs with.
struct Frame {
    Value dot;
    Value* slots;  ///< as many as the body has
};

/// When the run fails, the result is worth nothing.
Value evaluate(const Expression& expression, const Frame& frame, Run& run);

/// Go's truth of a value.
bool is_true(const Value& value, Run& run);

/// Whether the value is text that is made for it: append_made writes it without keeping it.
bool makes_text(const Expression& expression) noexcept;
/// `out` may grow to `largest` bytes.
void append_made(const Expression& expression, const Frame& frame, Run& run, std::string& out, std::size_t largest);

}  // namespace tocsin::core::gotemplate
