#include "config/readers.hpp"

#include "config/shorten.hpp"

namespace tocsin::core {

Node empty_table(const SourceText& source) {
    Node root;
    root.kind = Node::Kind::table;
    root.where = source.at(0);
    return root;
}

void add_too_deep(Location where, Mistakes& mistakes) {
    mistakes.add(std::move(where), "",
                 "tables and lists are nested deeper than " + std::to_string(deepest_nesting) + " levels");
}

void add_too_many(Location where, Mistakes& mistakes) {
    mistakes.add(std::move(where), "",
                 "the file holds more than " + std::to_string(most_values) + " values; the rest is not read");
}

void add_no_table(Location where, std::string_view found, Mistakes& mistakes) {
    mistakes.add(std::move(where), "", "the file must hold keys with values, not just " + std::string{found});
}

void add_doubled(Location where, std::string_view key, const Location& first, Mistakes& mistakes, bool may_be_list) {
    auto text = "is there twice: first in line " + std::to_string(first.line) + ", column " +
                std::to_string(first.column) + "; ";
    text += may_be_list ? "write [[" + shortened(key) + "]] in both places, or remove one" : "remove one";
    mistakes.add(std::move(where), shortened(key), std::move(text));
}

void add_not_utf8(Location where, Mistakes& mistakes) {
    mistakes.add(std::move(where), "", "an escape sequence in this string makes no valid Unicode text");
}

}  // namespace tocsin::core
