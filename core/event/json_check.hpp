#pragma once

#include <string_view>

namespace tocsin::core {

/// Arrays and objects within each other that is_compact_json accepts.
inline constexpr int json_depth_limit = 64;

/// Whether `text` is one JSON value (RFC 8259) without whitespace outside strings and without invalid UTF-8. \u escapes
/// may be lone surrogates and keys may be doubled, as the RFC leaves both open. Linear in time, no allocation.
bool is_compact_json(std::string_view text) noexcept;

}  // namespace tocsin::core
