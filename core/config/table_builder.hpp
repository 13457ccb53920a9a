#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace tocsin::core {

/// Fills one table and tells keys that are there twice; the first one stays.
class TableBuilder {
  public:
    explicit TableBuilder(Mistakes& mistakes) : mistakes_{mistakes} {}

    void add(Node& table, std::string key, Location where, Node value);

  private:
    Mistakes& mistakes_;
    std::unordered_map<std::string, std::size_t> known_;  ///< place in the table
};

}  // namespace tocsin::core
