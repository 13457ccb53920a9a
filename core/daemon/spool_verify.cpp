#include "base/text.hpp"
#include "daemon/spool_actions.hpp"
#include "spool/verify.hpp"

#include <fmt/format.h>

#include <iostream>
#include <ostream>

namespace tocsin::core {

int verify_spool(const SpoolPlace& place, std::ostream& out) {
    auto view = place.read();
    const auto found = verify(view.store);
    view.must_be_unchanged();
    const auto counts =
        fmt::format("{} deliveries of {} events, {} dead letters", found.deliveries, found.events, found.dead_letters);
    if (found.faults.empty()) {
        out << escaped(place.says("is sound: " + counts)) << '\n';
        return 0;
    }
    for (const auto& fault : found.faults) std::cerr << escaped(fault) << '\n';
    std::cerr << escaped(place.says("is not sound: " + counts +
                                    " can be found; export what you need, and see \"Damage\" in docs/operating.md"))
              << std::endl;
    return 1;
}

}  // namespace tocsin::core
