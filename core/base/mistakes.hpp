#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// A place in a file. Lines and columns count from 1; 0 means the whole file.
struct Location {
    std::shared_ptr<const std::string> file;
    int line = 0;
    int column = 0;
};

/// One thing an operator has to mend.
struct Mistake {
    Location where;
    std::string key;  ///< may be empty
    std::string text;
};

/// All mistakes found so far, and warnings: what works and should be mended nevertheless. Not thread-safe.
class Mistakes {
  public:
    /// The first 2,000 are kept; what comes after them only counts. Of a key or text of more than
    /// 1,000 bytes the beginning is kept.
    void add(Location where, std::string key, std::string text);

    /// Adds "(did you mean ...?)" with the one of `valid` most similar to `word`, or lists them when none is close and
    /// they are at most 12. `word` is what was written; left out, it is the key itself behind its last '.'.
    void add_unknown(Location where, std::string key, std::string text, std::span<const std::string> valid,
                     std::optional<std::string_view> word = std::nullopt);

    /// At most 1,000 are kept.
    void warn(Location where, std::string key, std::string text);

    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }
    /// Whether no more are kept.
    bool is_full() const noexcept;
    const std::vector<Mistake>& list() const noexcept { return list_; }
    const std::vector<Mistake>& warnings() const noexcept { return warnings_; }

    /// Warnings, then mistakes, one per line as `file:line:column: key: text`, each by file and place. Line, column and
    /// key are left out when they are 0 or empty. File, key and text are escaped here (base/text.hpp), so they are
    /// added as they are. Of more than 200 mistakes the first ones, and a line that says how many more there are.
    void print(std::ostream& out) const;

  private:
    std::vector<Mistake> list_;
    std::vector<Mistake> warnings_;
    std::size_t count_ = 0;
};

/// `file:line:column`, with what is known of it; not escaped.
std::string to_string(const Location& where);

/// The most similar of `valid` (the first of several), or an empty view when none is close enough to be meant: at most
/// one mistyped, missing, additional or swapped character in three, upper and lower case being the same. Words of more
/// than 100 bytes are never close to anything.
std::string_view nearest(std::string_view word, std::span<const std::string> valid);

}  // namespace tocsin::core
