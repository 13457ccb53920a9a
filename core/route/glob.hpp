#pragma once

#include <string_view>

namespace tocsin::core {

/// Whether `pattern` holds a `*` or a `?`.
bool is_glob(std::string_view pattern) noexcept;

/// Whether `text` matches: `*` stands for any number of characters, `?` for one byte. Linear in practice, at worst
/// the product of both lengths.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace tocsin::core
