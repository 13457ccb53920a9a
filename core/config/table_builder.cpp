#include "config/table_builder.hpp"

#include "config/readers.hpp"

#include <utility>

namespace tocsin::core {

void TableBuilder::add(Node& table, std::string key, Location where, Node value) {
    const auto [known, is_new] = known_.try_emplace(key, table.table.size());
    if (!is_new) {
        add_doubled(std::move(where), key, table.table[known->second].where, mistakes_);
        return;
    }
    table.table.push_back({std::move(key), std::move(where), std::move(value)});
}

}  // namespace tocsin::core
