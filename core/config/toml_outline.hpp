#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin::core {

/// The keys, tables and lists of a TOML text, read without its values. It tells what the parser does not: where a key
/// that is there twice stood first, and that a text is nested too deeply to be parsed at all. Text that is no TOML is
/// survived; what is said about it then means little.
class TomlOutline {
  public:
    struct Doubled {
        std::string_view key;  ///< as written
        std::size_t where;
        std::size_t first;
        bool is_section;  ///< both are `[key]` or `[[key]]`
    };

    explicit TomlOutline(std::string_view text) : text_{text} {}

    /// Where brackets, or the parts of one dotted key, make more than `limit` levels, the file itself being one.
    std::optional<std::size_t> deeper_than(std::size_t limit);

    /// The last key up to `end` that may not be there because of an earlier one.
    std::optional<Doubled> doubled_until(std::size_t end);

  private:
    enum class Meaning { value, dotted_table, table, implied_table, list_of_tables };

    struct Known {
        std::size_t where;
        Meaning meaning;
        std::size_t id;  ///< of the table that it is, or of the last one in the list that it is
    };

    struct Open {
        char bracket;
        std::size_t id;
        bool wants_key;
    };

    struct Part {
        std::size_t where;
        std::string_view name;
    };

    void scan(std::size_t limit, std::size_t end, bool compare);
    void step();
    void header();
    void pair();
    std::vector<Part> key();
    std::string_view quoted_key();
    void skip_string();
    void skip_blanks();
    std::size_t enter(std::size_t table, const std::vector<Part>& parts, Meaning meaning);
    std::size_t enter(std::size_t table, const Part& part, Meaning meaning);
    char here(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t limit_ = 0;
    bool compare_ = false;
    bool line_is_fresh_ = true;  ///< a key or header may stand here, outside of all brackets
    std::size_t table_ = 0;      ///< of the last header; 0 is the file itself
    std::size_t value_ = 0;      ///< of the last key, if its value is a table
    std::size_t last_id_ = 0;
    std::vector<Open> open_;
    std::unordered_map<std::string, Known> known_;  ///< by table and name
    std::optional<std::size_t> too_deep_;
    std::optional<Doubled> doubled_;
};

}  // namespace tocsin::core
