#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"

#include <filesystem>
#include <string>

namespace tocsin::core {

/// The text that `{ file = "..." }` or `{ env = "..." }` stands for, given as a table for the string option `spec`
/// called `key` in messages. What is wrong goes to `mistakes`; the text is empty then.
///
/// A file is relative to `directory`, holds UTF-8 without NUL, at most 64 KiB and not nothing; one line end at its end
/// and a byte order mark are no part of the text. A secret that other users may read is warned of. A variable must be
/// set, to UTF-8, and not to nothing. With `spec.references` "checked" neither is looked at, and the text is empty.
std::string read_reference(const OptionSpec& spec, const std::string& key, const Node& table,
                           const std::filesystem::path& directory, Mistakes& mistakes);

}  // namespace tocsin::core
