#pragma once

#include "route/gotemplate/run.hpp"
#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace tocsin::core::gotemplate {

/// Functions that make text (Function::append).

using Values = std::span<const Value>;

bool print(Run& run, Values values, std::string& out, std::size_t largest);
bool printf(Run& run, Values values, std::string& out, std::size_t largest);
bool println(Run& run, Values values, std::string& out, std::size_t largest);
bool json(Run& run, Values values, std::string& out, std::size_t largest);

/// Like Go's text/template.HTMLEscaper, JSEscaper and URLQueryEscaper.
bool html(Run& run, Values values, std::string& out, std::size_t largest);
bool js(Run& run, Values values, std::string& out, std::size_t largest);
bool urlquery(Run& run, Values values, std::string& out, std::size_t largest);

/// Unicode's simple case mappings; bytes that are no UTF-8 stay.
bool lower(Run& run, Values values, std::string& out, std::size_t largest);
bool upper(Run& run, Values values, std::string& out, std::size_t largest);

/// What to look for, what to put in its place, and the text. Nothing is found where there is nothing to look for.
bool replace(Run& run, Values values, std::string& out, std::size_t largest);

/// The value as an action writes it: what is missing is `<no value>`.
bool levels(Run& run, Values values, std::string& out, std::size_t largest);

}  // namespace tocsin::core::gotemplate
