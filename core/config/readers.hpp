#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "config/source_text.hpp"

namespace tocsin::core {

/// Tables and lists within one another, the file's own table included.
inline constexpr std::size_t deepest_nesting = 32;

/// Values in a file, tables and lists included. No file that somebody wrote comes near, and one of a million lines
/// should not keep the start for long.
inline constexpr std::size_t most_values = 20'000;

/// Each reads a file's text (sound UTF-8 without control characters) into a table, and tells what is wrong. After a
/// mistake that table may hold less than the file.
Node read_toml(const SourceText& source, Mistakes& mistakes);
Node read_toml(const SourceText& source, Mistakes& mistakes,
               const std::function<bool(std::string_view)>& is_repeatable);
Node read_yaml(const SourceText& source, Mistakes& mistakes);
Node read_json(const SourceText& source, Mistakes& mistakes);

/// A whole file without anything in it.
Node empty_table(const SourceText& source);

/// The same mistakes in all three formats.
void add_too_deep(Location where, Mistakes& mistakes);
void add_too_many(Location where, Mistakes& mistakes);
void add_no_table(Location where, std::string_view found, Mistakes& mistakes);
void add_doubled(Location where, std::string_view key, const Location& first, Mistakes& mistakes,
                 bool may_be_list = false);
void add_not_utf8(Location where, Mistakes& mistakes);

}  // namespace tocsin::core
