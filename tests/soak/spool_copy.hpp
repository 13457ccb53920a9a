#pragma once

#include <compare>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace tocsin::soak {

/// One event on its way through one handler.
struct Passage {
    std::string handler;
    unsigned number = 0;

    auto operator<=>(const Passage&) const = default;
};

/// What a router that was killed had committed and not yet taken out again.
struct Committed {
    std::set<Passage> deliveries;
    std::optional<unsigned> newest;
};

/// Reads a copy, so that the file stays as the router has left it. While no router runs.
Committed read_spool(const std::filesystem::path& folder);

}  // namespace tocsin::soak
