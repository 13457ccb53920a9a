#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace tocsin::testing {

/// The pause between two looks of `wait_until`.
inline constexpr std::chrono::milliseconds poll_interval{5};

/// How long a test waits for what must happen: far longer than it takes on a busy machine.
inline constexpr std::chrono::seconds patience{30};

/// Looks until `holds` says true; false when `deadline` has passed before that.
inline bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds deadline = patience) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(poll_interval);
    }
    return true;
}

}  // namespace tocsin::testing
