#include "config/node.hpp"

#include <algorithm>

namespace tocsin::core {

const Node* Node::find(std::string_view key) const noexcept {
    if (kind != Kind::table) return nullptr;
    const auto found = std::find_if(table.begin(), table.end(), [&](const Entry& entry) { return entry.key == key; });
    return found == table.end() ? nullptr : &found->value;
}

Location Node::at(std::size_t offset) const {
    if (!verbatim) return where;
    const auto before = std::string_view{text}.substr(0, std::min(offset, text.size()));
    const auto newlines = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const auto line_start = newlines == 0 ? 0 : before.rfind('\n') + 1;
    const auto columns =
        static_cast<int>(std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(),
                                       [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
    const int lines = text_lines + newlines;
    return {where.file, where.line + lines, (lines == 0 ? where.column + text_columns : next_column) + columns};
}

std::string_view Node::kind_name() const noexcept {
    switch (kind) {
        case Kind::null: return "nothing";
        case Kind::boolean: return "a boolean";
        case Kind::integer: return "a whole number";
        case Kind::real: return "a number";
        case Kind::string: return "a string";
        case Kind::list: return "a list";
        case Kind::table: return "a table";
    }
    return "";
}

}  // namespace tocsin::core
