#pragma once

#include <chrono>
#include <functional>

namespace tocsin::testing {

/// The pause between two looks of `wait_until`.
inline constexpr std::chrono::milliseconds poll_interval{5};

/// How long a test waits for what must happen: far longer than it takes on a busy machine.
inline constexpr std::chrono::seconds patience{30};

/// Looks until `holds` says true; false when `deadline` has passed before that.
bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds deadline = patience);

}  // namespace tocsin::testing
