#pragma once

#include "spool/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::core {

struct Verified {
    std::uint64_t events = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t dead_letters = 0;
    std::vector<std::string> faults;  ///< one line each; of each sort the first 20, and how many more there are
};

/// Looks whether the file is whole: what SQLite says of it, whether every event and dead letter can be read, and
/// whether deliveries, events and handlers belong together. Changes nothing, and holds one snapshot of the file
/// meanwhile. Throws DatabaseError when the file cannot be read at all.
Verified verify(Store& store);

}  // namespace tocsin::core
