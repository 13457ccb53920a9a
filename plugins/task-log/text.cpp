#include "text.hpp"

#include <algorithm>
#include <utility>

namespace task_log {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f'); }

constexpr bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

constexpr bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Bytes of the code point at `at`; 1 for a byte that does not belong to UTF-8.
std::size_t sequence_size(std::string_view text, std::size_t at) noexcept {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t wanted = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    for (std::size_t i = 1; i < wanted; ++i)
        if (at + i >= text.size() || !is_continuation(text[at + i])) return 1;
    if (wanted < 3) return wanted;
    // Neither longer than needed, nor a surrogate, nor beyond U+10FFFF.
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const bool is_sound = (lead != 0xe0 || second >= 0xa0) && (lead != 0xed || second < 0xa0) &&
                          (lead != 0xf0 || second >= 0x90) && (lead != 0xf4 || second < 0x90);
    return is_sound ? wanted : 1;
}

}  // namespace

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) noexcept {
    return std::ranges::equal(text, lower_case, {}, lower);
}

bool is_guid(std::string_view text) noexcept {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
    }
    return true;
}

void make_utf8(std::string& text) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(text, is_ascii)) return;
    std::string made;
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        size = sequence_size(text, at);
        if (size > 1 || is_ascii(text[at])) {
            made.append(text, at, size);
        } else {
            const auto byte = static_cast<unsigned char>(text[at]);
            made += static_cast<char>(0xc0 | (byte >> 6));
            made += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    text = std::move(made);
}

void Cleaner::reset(std::string_view datagram) {
    // Without an early end the compiler looks at many bytes at a time.
    unsigned found = 0;
    for (const char c : datagram) found |= is_control(c) ? 1U : 0U;
    has_controls_ = found != 0;
    kept_.clear();
    kept_.reserve(2 * datagram.size());
}

std::string_view Cleaner::clean(std::string_view text, std::size_t limit) {
    if (text.size() <= limit && (!has_controls_ || std::ranges::none_of(text, is_control))) return text;
    const auto start = kept_.size();
    std::size_t at = 0;
    for (std::size_t taken = 0; at < text.size() && taken < limit;) {
        const auto size = sequence_size(text, at);
        if (!is_control(text[at])) {
            kept_.append(text, at, size);
            ++taken;
        }
        at += size;
    }
    return std::string_view{kept_}.substr(start);
}

std::string_view Cleaner::collapse_backslashes(std::string_view text) {
    if (text.find(R"(\\)") == std::string_view::npos) return text;
    const auto start = kept_.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        kept_ += text[i];
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') ++i;
    }
    return std::string_view{kept_}.substr(start);
}

}  // namespace task_log
