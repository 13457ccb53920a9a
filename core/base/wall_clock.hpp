#pragma once

#include <chrono>
#include <cstdint>

namespace tocsin::core {

/// Nanoseconds since 1970-01-01 UTC.
inline std::int64_t wall_clock() {
    return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
}

}  // namespace tocsin::core
