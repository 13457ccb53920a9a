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

/// All mistakes found so far. Not thread-safe.
class Mistakes {
  public:
    void add(Location where, std::string key, std::string text);

    /// Adds "(did you mean ...?)" with the one of `valid` most similar to `word`, or lists them when none is close and
    /// they are at most 12. `word` is what was written; left out, it is the key itself behind its last '.'.
    void add_unknown(Location where, std::string key, std::string text, std::span<const std::string> valid,
                     std::optional<std::string_view> word = std::nullopt);

    bool empty() const noexcept { return list_.empty(); }
    std::size_t size() const noexcept { return list_.size(); }
    const std::vector<Mistake>& list() const noexcept { return list_; }

    /// One per line as `file:line:column: key: text`, by file and place. Line, column and key are left out when they
    /// are 0 or empty. File, key and text are escaped here (base/text.hpp), so they are added as they are.
    void print(std::ostream& out) const;

  private:
    std::vector<Mistake> list_;
};

/// The most similar of `valid` (the first of several), or an empty view when none is close enough to be meant: at most
/// one mistyped, missing, additional or swapped character in three, upper and lower case being the same. Words of more
/// than 100 bytes are never close to anything.
std::string_view nearest(std::string_view word, std::span<const std::string> valid);

}  // namespace tocsin::core
