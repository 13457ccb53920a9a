#pragma once

#include <string>
#include <string_view>

namespace tocsin::core {

/// Appends `text` as a JSON string, quotes included, as JavaScript's JSON.stringify writes it: only `"`, `\` and
/// characters below U+0020 are escaped. Each byte of invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends `text` as a JSON string as Go's encoding/json writes it (since Go 1.22): like append_json_string, and `<`,
/// `>`, `&`, U+2028, U+2029 and the U+FFFD of invalid bytes as \u escapes.
void append_go_json_string(std::string& out, std::string_view text);

}  // namespace tocsin::core
