#include "route/payload.hpp"

#include "base/json_string.hpp"
#include "base/text_error.hpp"
#include "config/shorten.hpp"
#include "event/json.hpp"
#include "route/payload_entry.hpp"

#include <array>
#include <map>
#include <utility>

namespace tocsin::core {
namespace {

std::string line_of(const Location& where) {
    return where.line > 0 ? " in line " + std::to_string(where.line) : std::string{};
}

/// The entries of `json: [ ... ]`; fewer than listed when some hold mistakes.
std::vector<Payload::Entry> read_entries(const Node& list, const std::string& key, Mistakes& mistakes) {
    std::vector<Payload::Entry> entries;
    std::map<std::string, Location> seen;
    for (const auto& node : list.list) {
        auto entry = read_payload_entry(node, key, mistakes);
        if (!entry) continue;
        const auto [first, is_new] = seen.emplace(entry->key, node.where);
        if (!is_new)
            mistakes.add(node.where, key, "the key \"" + entry->key + "\" is there already" + line_of(first->second));
        entries.push_back(std::move(*entry));
    }
    if (list.list.empty()) mistakes.add(list.where, key, "the list is empty; name at least one tag or field");
    return entries;
}

/// A string, or what YAML took for something else.
bool is_text(const Node& node) {
    return node.kind == Node::Kind::string ||
           (node.plain && node.kind != Node::Kind::list && node.kind != Node::Kind::table);
}

std::optional<Template> read_template(const Node& node, std::uint32_t escape, const std::string& key,
                                      Mistakes& mistakes) {
    try {
        return Template{node.text, escape};
    } catch (const TextError& error) {
        mistakes.add(node.at(error.offset()), key, error.what());
        return std::nullopt;
    }
}

}  // namespace

std::optional<Payload> Payload::compile(const Node& node, std::uint32_t escape, const std::string& key,
                                        Mistakes& mistakes) {
    const auto before = mistakes.size();
    const bool takes_json = escape == TOCSIN_ESCAPE_NONE;
    const std::string forms = takes_json ? "a template or a table such as { json: event } or { json: [hostName, .ID] }"
                                         : "a template, such as alerts/{{ .Tags.host }}";
    if (is_text(node)) {
        auto text = read_template(node, escape, key, mistakes);
        return text ? std::optional{Payload{std::move(*text)}} : std::nullopt;
    }
    if (node.kind != Node::Kind::table || !takes_json) {
        mistakes.add(node.where, key, "must be " + forms + ", not " + std::string{node.kind_name()});
        return std::nullopt;
    }
    static const std::array<std::string, 1> known{"json"};
    for (const auto& entry : node.table)
        if (entry.key != known[0])
            mistakes.add_unknown(entry.where, key + "." + entry.key, "there is no such key", known);
    const auto* json = node.find(known[0]);
    if (json == nullptr) {
        if (mistakes.size() == before) mistakes.add(node.where, key, "must be " + forms + ", not an empty table");
        return std::nullopt;
    }
    const auto json_key = key + ".json";
    if (json->kind == Node::Kind::list) {
        auto entries = read_entries(*json, json_key, mistakes);
        if (mistakes.size() > before) return std::nullopt;
        return Payload{std::make_shared<const std::vector<Entry>>(std::move(entries))};
    }
    if (json->kind != Node::Kind::string || json->text != "event")
        mistakes.add(json->where, json_key,
                     "must be the word event, for the whole event, or a list of tags and fields");
    if (mistakes.size() > before) return std::nullopt;
    return Payload{WholeEvent{}};
}

std::optional<Payload> Payload::compile_table(const Node& table, const std::string& key, Mistakes& mistakes) {
    const auto before = mistakes.size();
    std::vector<Named> entries;
    for (const auto& [name, where, value] : table.table) {
        auto text = read_template(value, TOCSIN_ESCAPE_NONE, key + "." + shortened(name), mistakes);
        if (!text) continue;
        std::string start;
        append_json_string(start, name);
        start += ':';
        entries.push_back({std::move(start), std::move(*text)});
    }
    if (mistakes.size() > before) return std::nullopt;
    return Payload{std::make_shared<const std::vector<Named>>(std::move(entries))};
}

std::optional<std::string> Payload::render(const Event& event, std::string& out) const {
    if (const auto* text = std::get_if<Template>(&form_)) return text->render(event, out);
    if (const auto* entries = std::get_if<Entries>(&form_)) {
        out += '{';
        for (const auto& entry : **entries) append_payload_entry(out, entry, event);
        out += '}';
    } else if (const auto* table = std::get_if<Table>(&form_)) {
        std::string value;
        out += '{';
        for (const auto& entry : **table) {
            value.clear();
            if (auto fault = entry.value.render(event, value)) return fault;
            if (out.back() != '{') out += ',';
            out += entry.start;
            append_json_string(out, value);
        }
        out += '}';
    } else {
        append_alert_data(out, event.abi());
    }
    return std::nullopt;
}

}  // namespace tocsin::core
