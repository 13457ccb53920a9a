#pragma once

#include <tocsin/abi.h>

#include <string_view>

namespace tocsin {

/// The same bytes as a string view; empty for a string without data.
constexpr std::string_view view(tocsin_string text) noexcept {
    return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

/// The same bytes as the ABI's string; `text` must outlive it.
constexpr tocsin_string abi(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Writes as much of `text` as fits.
inline void write(tocsin_error* error, std::string_view text) noexcept {
    if (error == nullptr) return;
    error->size = text.copy(error->data, error->capacity);
}

}  // namespace tocsin
