#include "route/expression/regex_replace.hpp"

#include "base/text.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

namespace tocsin::core::expression {
namespace {

/// A piece of the replacement: literal text, or a group when `group` is not negative.
struct Piece {
    std::string_view text;
    int group = -1;
};

bool is_name_byte(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/// The group that a name after `$` means, or one above the last when there is none.
int group_of(std::string_view name, const re2::RE2& regex) {
    const int none = regex.NumberOfCapturingGroups() + 1;
    if (name.find_first_not_of("0123456789") == std::string_view::npos) {
        int number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool sound = error == std::errc{} && (name.size() == 1 || name.front() != '0');
        return sound ? std::min(number, none) : none;
    }
    const auto& names = regex.NamedCapturingGroups();
    const auto found = names.find(std::string{name});
    return found == names.end() ? none : found->second;
}

std::vector<Piece> pieces_of(std::string_view replacement, const re2::RE2& regex) {
    std::vector<Piece> pieces;
    while (!replacement.empty()) {
        const std::size_t dollar = std::min(replacement.find('$'), replacement.size());
        if (dollar > 0) pieces.push_back({replacement.substr(0, dollar)});
        replacement.remove_prefix(dollar);
        if (replacement.empty()) break;
        if (replacement.starts_with("$$")) {
            pieces.push_back({replacement.substr(0, 1)});
            replacement.remove_prefix(2);
            continue;
        }
        const std::size_t start = replacement.starts_with("${") ? 2 : 1;
        std::size_t end = start;
        while (end < replacement.size() && is_name_byte(replacement[end])) ++end;
        const bool closed = start == 1 || (end < replacement.size() && replacement[end] == '}');
        if (end == start || !closed) {
            pieces.push_back({replacement.substr(0, 1)});
            replacement.remove_prefix(1);
            continue;
        }
        pieces.push_back({{}, group_of(replacement.substr(start, end - start), regex)});
        replacement.remove_prefix(end + (start - 1));
    }
    return pieces;
}

}  // namespace

bool regex_replace(const re2::RE2& regex, std::string_view text, std::string_view replacement, std::size_t limit,
                   std::string& out) {
    const auto append = [&](std::string_view part) {
        if (out.size() + part.size() > limit) return false;
        out += part;
        return true;
    };
    const std::vector<Piece> pieces = pieces_of(replacement, regex);
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
    std::size_t copied = 0;  // up to here the text is in `out`
    std::size_t from = 0;
    while (from <= text.size() && regex.Match({text.data(), text.size()}, from, text.size(), re2::RE2::UNANCHORED,
                                              groups.data(), static_cast<int>(groups.size()))) {
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = begin + groups[0].size();
        if (!append(text.substr(copied, begin - copied))) return false;
        // An empty match directly behind the previous one does not count.
        if (end > copied || begin == 0) {
            for (const Piece& piece : pieces) {
                std::string_view part = piece.text;
                if (piece.group >= 0 && static_cast<std::size_t>(piece.group) < groups.size()) {
                    const auto& group = groups[static_cast<std::size_t>(piece.group)];
                    part = group.data() == nullptr ? std::string_view{} : std::string_view{group.data(), group.size()};
                }
                if (!append(part)) return false;
            }
        }
        copied = end;
        std::size_t next = from;
        if (next < text.size()) {
            next_code_point(text, next);
        } else {
            ++next;
        }
        from = std::max(next, end);
    }
    return append(text.substr(copied));
}

}  // namespace tocsin::core::expression
