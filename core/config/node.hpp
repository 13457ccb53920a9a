#pragma once

#include "base/mistakes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

/// A value read from a TOML, YAML or JSON file, and where it stands.
struct Node {
    enum class Kind { null, boolean, integer, real, string, list, table };

    struct Entry;

    Kind kind = Kind::null;
    Location where;
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;       ///< of a string; of any other scalar, as it stands in the file
    bool plain = false;     ///< an unquoted YAML scalar, whose `text` may be meant as a string whatever its kind
    bool verbatim = false;  ///< `text` stands in the file character for character, indentation aside
    int text_lines = 0;     ///< verbatim: lines from `where` down to where `text` begins,
    int text_columns = 0;   ///< columns from `where` to it when it begins on the same line (a quote),
    int next_column = 1;    ///< and the column at which its other lines begin
    std::vector<Node> list;
    std::vector<Entry> table;  ///< in the order of the file; keys are unique

    /// nullptr when this is no table or has no such key.
    const Node* find(std::string_view key) const noexcept;

    /// Where byte `offset` of `text` stands: exact when verbatim, else `where`.
    Location at(std::size_t offset) const;

    /// "a string", "a number", "a list", ...
    std::string_view kind_name() const noexcept;
};

struct Node::Entry {
    std::string key;
    Location where;
    Node value;
};

/// A whole file. `root` is a table; it is empty when the file could not be read.
struct Document {
    Node root;
    bool sound = false;  ///< no mistake was found in it
};

/// Reads a file by its extension: `.toml`, `.yaml`, `.yml` or `.json`. What is wrong (unreadable, too large, syntax,
/// doubled keys, aliases, too deep) goes to `mistakes`. `shown` is the file's name in messages. An empty file is an
/// empty table. Limits: 1 MiB, 20,000 values, 32 tables and lists within one another.
///
/// YAML: one document, without anchors, aliases, merge keys and tags other than `!!str`. Plain scalars have the types
/// of Go's yaml.v2 (YAML 1.1, without base 60 and dates). JSON: whole numbers that do not fit 64 bits are mistakes.
/// TOML: dates and times are mistakes.
///
/// `is_repeatable`: whether there may be several sections of that name, which is said then of one that is there twice.
Document read_file(const std::string& path, const std::string& shown, Mistakes& mistakes,
                   const std::function<bool(std::string_view)>& is_repeatable = {});

}  // namespace tocsin::core
