#include "route/expression/regex_replace.hpp"

#include "base/text.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <vector>

namespace tocsin::core::expression {
namespace {

bool is_name_byte(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

}  // namespace

RegexReplacement::RegexReplacement(const re2::RE2& regex, std::string_view replacement) : regex_{&regex} {
    while (!replacement.empty()) {
        const std::size_t dollar = std::min(replacement.find('$'), replacement.size());
        if (dollar > 0) pieces_.push_back({replacement.substr(0, dollar)});
        replacement.remove_prefix(dollar);
        if (replacement.empty()) break;
        if (replacement.starts_with("$$")) {
            pieces_.push_back({replacement.substr(0, 1)});
            replacement.remove_prefix(2);
            continue;
        }
        const std::size_t start = replacement.starts_with("${") ? 2 : 1;
        std::size_t end = start;
        while (end < replacement.size() && is_name_byte(replacement[end])) ++end;
        const bool closed = start == 1 || (end < replacement.size() && replacement[end] == '}');
        if (end == start || !closed) {
            pieces_.push_back({replacement.substr(0, 1)});
            replacement.remove_prefix(1);
            continue;
        }
        if (const int group = group_named(replacement.substr(start, end - start)); group >= 0) {
            pieces_.push_back({{}, group});
            groups_ = std::max(groups_, group + 1);
        }
        replacement.remove_prefix(end + (start - 1));
    }
}

/// -1 when there is none.
int RegexReplacement::group_named(std::string_view name) const {
    if (name.find_first_not_of("0123456789") == std::string_view::npos) {
        int number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool sound = error == std::errc{} && (name.size() == 1 || name.front() != '0');
        return sound && number <= regex_->NumberOfCapturingGroups() ? number : -1;
    }
    const auto& names = regex_->NamedCapturingGroups();
    const auto found = names.find(std::string{name});
    return found == names.end() ? -1 : found->second;
}

RegexReplacement::Result RegexReplacement::apply(std::string_view text, std::size_t limit, std::string& out) const {
    const auto append = [&](std::string_view part) {
        if (out.size() + part.size() > limit) return false;
        out += part;
        return true;
    };
    re2::StringPiece few[10];
    std::vector<re2::StringPiece> many;
    re2::StringPiece* groups = few;
    if (groups_ > static_cast<int>(std::size(few))) {
        many.resize(static_cast<std::size_t>(groups_));
        groups = many.data();
    }
    bool found = false;
    std::size_t copied = 0;  // up to here the text is in `out`
    std::size_t from = 0;
    while (from <= text.size() &&
           regex_->Match({text.data(), text.size()}, from, text.size(), re2::RE2::UNANCHORED, groups, groups_)) {
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = begin + groups[0].size();
        if (!append(text.substr(copied, begin - copied))) return Result::too_long;
        // An empty match directly behind the previous one does not count.
        if (end > copied || begin == 0) {
            for (const Piece& piece : pieces_) {
                std::string_view part = piece.text;
                if (piece.group >= 0) {
                    const re2::StringPiece& group = groups[piece.group];
                    part = group.data() == nullptr ? std::string_view{} : std::string_view{group.data(), group.size()};
                }
                if (!append(part)) return Result::too_long;
            }
        }
        copied = end;
        found = true;
        std::size_t next = from;
        if (next < text.size()) {
            next_code_point(text, next);
        } else {
            ++next;
        }
        from = std::max(next, end);
    }
    if (!found) return Result::unchanged;
    return append(text.substr(copied)) ? Result::replaced : Result::too_long;
}

}  // namespace tocsin::core::expression
