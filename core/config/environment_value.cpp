#include "config/environment_value.hpp"

#include "config/readers.hpp"
#include "config/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

Node string_node(const std::string& value, const Location& where) {
    Node node;
    node.kind = Node::Kind::string;
    node.where = where;
    node.text = value;
    return node;
}

/// Unquoted, so that what suits no number is no string that should lose its quotes.
Node plain_node(const std::string& value, const Location& where) {
    auto node = string_node(value, where);
    node.plain = true;
    return node;
}

Node number_node(const std::string& value, const Location& where) {
    auto node = plain_node(value, where);
    resolve_plain_scalar(node);
    if (node.kind != Node::Kind::integer && node.kind != Node::Kind::real) node.kind = Node::Kind::string;
    return node;
}

/// The words of Go's strconv.ParseBool, which Kapacitor takes.
Node boolean_node(const std::string& value, const Location& where) {
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
    auto node = plain_node(value, where);
    node.boolean = std::find(yes.begin(), yes.end(), value) != yes.end();
    if (node.boolean || std::find(no.begin(), no.end(), value) != no.end()) node.kind = Node::Kind::boolean;
    return node;
}

/// As TOML: an address such as [::1]:9998 does not end in a bracket.
std::optional<Node> list_node(const std::string& value, const Location& where, Mistakes& mistakes) {
    if (!value.starts_with('[') || !value.ends_with(']')) return string_node(value, where);
    Mistakes found;
    const SourceText source{"value = " + value, ""};
    const auto root = read_toml(source, found);
    const auto* list = root.find("value");
    if (!found.empty() || list == nullptr) {
        mistakes.add(where, "", R"(must be a single string, or a list as in TOML: ["a", "b"])");
        return std::nullopt;
    }
    auto node = *list;
    node.where = where;
    for (auto& item : node.list) item.where = where;
    return node;
}

}  // namespace

std::optional<Node> value_from_environment(const OptionSpec& spec, const std::string& value, const Location& where,
                                           Mistakes& mistakes) {
    switch (spec.type) {
        case OptionType::integer:
        case OptionType::real: return number_node(value, where);
        case OptionType::boolean: return boolean_node(value, where);
        case OptionType::list: return list_node(value, where, mistakes);
        default: return string_node(value, where);
    }
}

void set_item(Node& list, std::size_t item, const std::string& value, const Location& where, Mistakes& mistakes) {
    if (list.kind != Node::Kind::list) {
        auto single = std::exchange(list, {});
        list.kind = Node::Kind::list;
        list.where = single.kind == Node::Kind::null ? where : single.where;
        if (single.kind != Node::Kind::null) list.list.push_back(std::move(single));
    }
    if (item > list.list.size()) {
        mistakes.add(where, "",
                     "the list has " + std::to_string(list.list.size()) +
                         " items, counted from 0: the next one is item " + std::to_string(list.list.size()));
        return;
    }
    if (item == list.list.size()) list.list.emplace_back();
    list.list[item] = string_node(value, where);
}

}  // namespace tocsin::core
