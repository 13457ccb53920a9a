#include "daemon/hide.hpp"

#include <algorithm>
#include <cstddef>

namespace tocsin::core {
namespace {

constexpr std::size_t telling = 8;
constexpr std::size_t too_short_to_stand_alone = 4;

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}

std::vector<std::string_view> lines_of(const std::vector<std::string>& values) {
    std::vector<std::string_view> lines;
    for (std::string_view rest : values) {
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            if (end != 0) lines.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return lines;
}

/// How many bytes at `at` are of `value`, or 0.
std::size_t length_of(std::string_view text, std::size_t at, std::string_view value) {
    const auto least = std::min(value.size(), telling);
    const auto rest = text.substr(at);
    if (rest.size() < least) return 0;
    std::size_t longest = 0;
    for (auto found = value.find(rest.substr(0, least)); found != std::string_view::npos && longest < rest.size();
         found = value.find(rest.substr(0, std::max(least, longest + 1)), found + 1)) {
        const auto same =
            std::mismatch(rest.begin(), rest.end(), value.begin() + static_cast<std::ptrdiff_t>(found), value.end());
        longest = std::max(longest, static_cast<std::size_t>(same.first - rest.begin()));
    }
    if (value.size() >= too_short_to_stand_alone || longest == 0) return longest;
    const bool inside = (at > 0 && is_word(text[at - 1]) && is_word(value.front())) ||
                        (at + longest < text.size() && is_word(text[at + longest]) && is_word(value.back()));
    return inside ? 0 : longest;
}

}  // namespace

std::string without_values(std::string_view text, const std::vector<std::string>& values) {
    const auto lines = lines_of(values);
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 0;
        for (const auto line : lines) length = std::max(length, length_of(text, at, line));
        if (length == 0)
            shown += text[at];
        else
            shown += "...";
        at += std::max<std::size_t>(1, length);
    }
    return shown;
}

std::string without_quoted_parts(std::string_view text, std::string_view value) {
    std::string shown;
    while (!text.empty()) {
        const char first = text.front();
        const auto end = first == '"' || first == '\'' ? text.find(first, 1) : std::string_view::npos;
        if (end == std::string_view::npos || value.find(text.substr(1, end - 1)) == std::string_view::npos) {
            shown += first;
            text.remove_prefix(1);
            continue;
        }
        shown.append(1, first).append("...").append(1, first);
        text.remove_prefix(end + 1);
    }
    return shown;
}

}  // namespace tocsin::core
