#include "route/expression/text_search.hpp"

#include "base/text.hpp"
#include "route/unicode.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace tocsin::core::expression {
namespace {

constexpr int replacement = 0xfffd;

// Up to this size the plain search, which may take the product of both sizes, is fast enough.
constexpr std::size_t short_text = 64;

}  // namespace

std::size_t find_first(std::string_view text, std::string_view wanted, std::size_t from) noexcept {
#if defined(__GLIBC__)
    if (wanted.size() > short_text) {
        const void* found = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
        return found == nullptr ? npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    }
#endif
    return text.find(wanted, from);
}

std::size_t find_last(std::string_view text, std::string_view wanted) {
    if (wanted.size() <= short_text) return text.rfind(wanted);
    const std::string backwards{text.rbegin(), text.rend()};
    const std::string wanted_backwards{wanted.rbegin(), wanted.rend()};
    const std::size_t found = find_first(backwards, wanted_backwards);
    return found == npos ? npos : text.size() - found - wanted.size();
}

std::size_t count(std::string_view text, std::string_view wanted) noexcept {
    std::size_t total = 0;
    if (wanted.empty()) {
        for (std::size_t at = 0; at < text.size(); ++total) next_code_point(text, at);
        return total + 1;
    }
    for (std::size_t at = find_first(text, wanted); at != npos; at = find_first(text, wanted, at + wanted.size()))
        ++total;
    return total;
}

RuneSet::RuneSet(std::string_view runes) {
    for (std::size_t at = 0; at < runes.size();) {
        const int code_point = next_code_point(runes, at);
        if (code_point >= 0 && code_point < 128) {
            ascii_.set(static_cast<std::size_t>(code_point));
        } else {
            const int other = code_point < 0 ? replacement : code_point;
            if (few_size_ < few) {
                few_[few_size_++] = other;
                continue;
            }
            if (others_.empty()) others_.assign(few_, few_ + few_size_);
            others_.push_back(other);
        }
    }
    std::sort(others_.begin(), others_.end());
}

bool RuneSet::contains(int code_point) const noexcept {
    if (code_point >= 0 && code_point < 128) return ascii_[static_cast<std::size_t>(code_point)];
    const int other = code_point < 0 ? replacement : code_point;
    if (others_.empty()) return std::find(few_, few_ + few_size_, other) != few_ + few_size_;
    return std::binary_search(others_.begin(), others_.end(), other);
}

std::size_t RuneSet::find_first_in(std::string_view text) const noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (contains(next_code_point(text, at))) return start;
    }
    return npos;
}

std::size_t RuneSet::find_last_in(std::string_view text) const noexcept {
    for (std::size_t end = text.size(); end > 0;) {
        if (contains(previous_code_point(text, end))) return end;
    }
    return npos;
}

}  // namespace tocsin::core::expression
