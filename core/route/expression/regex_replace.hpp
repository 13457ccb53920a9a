#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace tocsin::core::expression {

/// Replaces the matches of a regular expression in texts as Go's Regexp.ReplaceAllString does: in the replacement,
/// `$1`,
/// `${1}`, `$name` and `${name}` stand for groups (a name is as long as it can be; one that is not there gives
/// nothing),
/// `$$` for `$`. Thread-safe.
class RegexReplacement {
  public:
    /// Both arguments must outlive it.
    RegexReplacement(const re2::RE2& regex, std::string_view replacement);

    enum class Result { unchanged, replaced, too_long };

    /// Appends `text` with its matches replaced to `out`, nothing when there is no match. `too_long` when `out` would
    /// grow above `limit` bytes.
    Result apply(std::string_view text, std::size_t limit, std::string& out) const;

  private:
    /// Literal text, or a group when `group` is not negative.
    struct Piece {
        std::string_view text;
        int group = -1;
    };

    int group_named(std::string_view name) const;

    const re2::RE2* regex_;
    std::vector<Piece> pieces_;
    int groups_ = 1;  // that are asked for, the whole match included
};

}  // namespace tocsin::core::expression
