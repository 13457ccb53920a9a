#include "config/schema.hpp"

#include "config/option_value.hpp"
#include "config/shorten.hpp"

#include <string_view>
#include <unordered_set>

namespace tocsin::core {

void check_keys(const Node& table, const std::vector<OptionSpec>& specs, const std::string& prefix, Mistakes& mistakes,
                const std::vector<std::string>& also_known) {
    std::vector<std::string> known = also_known;
    for (const auto& spec : specs) known.push_back(spec.name);
    const std::unordered_set<std::string_view> names{known.begin(), known.end()};
    for (const auto& entry : table.table)
        if (!names.contains(entry.key))
            mistakes.add_unknown(entry.where, prefix + shortened(entry.key), "unknown option", known, entry.key);
}

std::vector<OptionValue> read_options(const Node& table, const std::vector<OptionSpec>& specs,
                                      const std::string& prefix, const std::filesystem::path& directory,
                                      Mistakes& mistakes) {
    std::vector<OptionValue> values;
    values.reserve(specs.size());
    for (const auto& spec : specs) {
        const auto* node = table.find(spec.name);
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

std::vector<OptionValue> check_options(const Node& table, const std::vector<OptionSpec>& specs,
                                       const std::string& prefix, const std::filesystem::path& directory,
                                       Mistakes& mistakes, const std::vector<std::string>& also_known) {
    check_keys(table, specs, prefix, mistakes, also_known);
    return read_options(table, specs, prefix, directory, mistakes);
}

}  // namespace tocsin::core
