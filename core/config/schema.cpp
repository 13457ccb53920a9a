#include "config/schema.hpp"

#include "config/option_value.hpp"
#include "config/shorten.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace tocsin::core {

std::vector<OptionValue> check_options(const Node& table, const std::vector<OptionSpec>& specs,
                                       const std::string& prefix, const std::filesystem::path& directory,
                                       Mistakes& mistakes, const std::vector<std::string>& also_known) {
    std::vector<std::string> known = also_known;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        known.push_back(specs[i].name);
        places.emplace(specs[i].name, i);
    }

    std::vector<const Node*> given(specs.size(), nullptr);
    for (const auto& entry : table.table) {
        if (const auto place = places.find(entry.key); place != places.end())
            given[place->second] = &entry.value;
        else if (std::find(also_known.begin(), also_known.end(), entry.key) == also_known.end())
            mistakes.add_unknown(entry.where, prefix + shortened(entry.key), "unknown option", known, entry.key);
    }

    std::vector<OptionValue> values;
    values.reserve(specs.size());
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto& spec = specs[i];
        const auto* node = given[i];
        if (node != nullptr && node->kind != Node::Kind::null) {
            values.push_back(read_option(spec, prefix + spec.name, *node, directory, mistakes));
            continue;
        }
        values.push_back(default_option(spec, directory));
        if (spec.required && !values.back().is_set)
            mistakes.add(node != nullptr ? node->where : table.where, prefix + spec.name,
                         "missing (required: " + spec.help + ")");
    }
    return values;
}

}  // namespace tocsin::core
