#include "config/readers.hpp"
#include "config/shorten.hpp"
#include "config/toml_outline.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace tocsin::core {
namespace {

class TomlReader {
  public:
    TomlReader(const SourceText& source, Mistakes& mistakes, const std::function<bool(std::string_view)>& is_repeatable)
        : source_{source}, mistakes_{mistakes}, is_repeatable_{is_repeatable} {}

    Node read() {
        Node root = empty_table(source_);
        const auto text = source_.text();
        // One level for the file itself. Checked before parsing: the parser recurses.
        if (const auto deep = TomlOutline{text}.deeper_than(deepest_nesting)) {
            add_too_deep(source_.at(*deep), mistakes_);
            return root;
        }
        try {
            read_table(toml::parse(text), root, 1);
        } catch (const toml::parse_error& error) {
            add_parse_error(error);
        }
        return root;
    }

  private:
    const SourceText& source_;
    Mistakes& mistakes_;
    const std::function<bool(std::string_view)>& is_repeatable_;
    bool too_deep_ = false;
    std::size_t values_ = 0;

    std::size_t offset_of(const toml::source_position& place) const { return source_.offset(place.line, place.column); }

    void add_parse_error(const toml::parse_error& error) {
        const auto at = offset_of(error.source().begin);
        const std::string_view what = error.description();
        if (what.find("cannot redefine") != std::string_view::npos ||
            what.find("cannot insert") != std::string_view::npos) {
            if (const auto doubled = TomlOutline{source_.text()}.doubled_until(at)) {
                add_doubled(source_.at(doubled->where), doubled->key, source_.at(doubled->first), mistakes_,
                            doubled->is_section && is_repeatable_ && is_repeatable_(doubled->key));
                return;
            }
        }
        // The parser's own words for these show the value, which may be a secret.
        const bool is_number = what.find("not representable") != std::string_view::npos ||
                               what.find("be interpreted") != std::string_view::npos;
        mistakes_.add(
            source_.at(at), "",
            is_number ? "the number that ends here is too large" : "this is no valid TOML: " + std::string{what});
    }

    void read_table(const toml::table& table, Node& node, std::size_t depth) {
        node.kind = Node::Kind::table;
        if (!enter(node, depth)) return;
        for (const auto& [key, value] : table) {
            if (values_ > most_values) return;
            auto where = source_.at(offset_of(key.source().begin));
            auto entry = read_value(value, depth);
            node.table.push_back({std::string{key.str()}, std::move(where), std::move(entry)});
        }
        std::sort(node.table.begin(), node.table.end(), [](const Node::Entry& a, const Node::Entry& b) {
            return std::pair{a.where.line, a.where.column} < std::pair{b.where.line, b.where.column};
        });
    }

    void read_list(const toml::array& list, Node& node, std::size_t depth) {
        node.kind = Node::Kind::list;
        if (!enter(node, depth)) return;
        for (const auto& element : list) {
            if (values_ > most_values) return;
            node.list.push_back(read_value(element, depth));
        }
    }

    bool enter(const Node& node, std::size_t depth) {
        if (depth <= deepest_nesting) return true;
        if (!std::exchange(too_deep_, true)) add_too_deep(node.where, mistakes_);
        return false;
    }

    Node read_value(const toml::node& value, std::size_t depth) {
        const auto begin = offset_of(value.source().begin);
        Node node;
        node.where = source_.at(begin);
        if (++values_ > most_values) {
            if (values_ == most_values + 1) add_too_many(node.where, mistakes_);
            return node;
        }
        switch (value.type()) {
            case toml::node_type::table: read_table(*value.as_table(), node, depth + 1); return node;
            case toml::node_type::array: read_list(*value.as_array(), node, depth + 1); return node;
            case toml::node_type::string: read_string(value, node, begin); return node;
            case toml::node_type::integer:
                node.kind = Node::Kind::integer;
                node.integer = value.as_integer()->get();
                break;
            case toml::node_type::floating_point:
                node.kind = Node::Kind::real;
                node.real = value.as_floating_point()->get();
                break;
            case toml::node_type::boolean:
                node.kind = Node::Kind::boolean;
                node.boolean = value.as_boolean()->get();
                break;
            default: mistakes_.add(node.where, "", "dates and times are not allowed; put it in quotes"); break;
        }
        node.text = source_.text().substr(begin, offset_of(value.source().end) - begin);
        source_.place(node, begin);
        return node;
    }

    void read_string(const toml::node& value, Node& node, std::size_t begin) {
        node.kind = Node::Kind::string;
        node.text = value.as_string()->get();
        const auto text = source_.text().substr(begin);
        const auto quotes = text.substr(0, 1);
        if (text.substr(1, 1) == quotes && text.substr(2, 1) == quotes) {
            auto start = begin + 3;
            if (text.substr(3).starts_with("\r\n"))
                start += 2;
            else if (text.substr(3).starts_with('\n'))
                ++start;
            source_.place(node, start);
        } else if (text.substr(std::min(1 + node.text.size(), text.size())).starts_with(quotes)) {
            source_.place(node, begin + 1);
        }
    }
};

}  // namespace

Node read_toml(const SourceText& source, Mistakes& mistakes) { return read_toml(source, mistakes, {}); }

Node read_toml(const SourceText& source, Mistakes& mistakes,
               const std::function<bool(std::string_view)>& is_repeatable) {
    return TomlReader{source, mistakes, is_repeatable}.read();
}

}  // namespace tocsin::core
