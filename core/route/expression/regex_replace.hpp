#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace tocsin::core::expression {

/// Appends `text` to `out` with each match of `regex` replaced as Go's Regexp.ReplaceAllString does: in `replacement`,
/// `$1`, `${1}`, `$name` and `${name}` stand for groups (a name is as long as it can be; one that is not there gives
/// nothing), `$$` for `$`. Returns false when `out` would grow above `limit` bytes.
bool regex_replace(const re2::RE2& regex, std::string_view text, std::string_view replacement, std::size_t limit,
                   std::string& out);

}  // namespace tocsin::core::expression
