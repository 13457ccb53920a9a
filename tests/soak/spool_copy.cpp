#include "spool_copy.hpp"

#include "spool/salvage.hpp"
#include "spool/store.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace tocsin::soak {

Committed read_spool(const std::filesystem::path& folder) {
    Committed committed;
    const auto file = folder / core::spool_file;
    if (!std::filesystem::exists(file)) return committed;
    const testing::TempDir copy;
    for (const char* part : {"", "-wal"})
        if (std::filesystem::exists(file.string() + part))
            std::filesystem::copy_file(file.string() + part, (copy.path() / core::spool_file).string() + part);
    core::Store store{copy.path() / core::spool_file};
    for (const auto& kept : store.handlers())
        store.read(kept.number, 0, std::numeric_limits<std::int64_t>::max(), [&](const core::KeptDelivery& delivery) {
            if (!delivery.event) throw std::runtime_error{"the spool holds a delivery that cannot be read"};
            const auto number = static_cast<unsigned>(std::stoul(std::string{delivery.event->tag("appName").value()}));
            committed.deliveries.insert({kept.handler.id, number});
            committed.newest = std::max(committed.newest.value_or(0), number);
            return true;
        });
    return committed;
}

}  // namespace tocsin::soak
