#include "wait.hpp"

#include <thread>

namespace tocsin::testing {

bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return holds();
        std::this_thread::sleep_for(poll_interval);
    }
    return true;
}

}  // namespace tocsin::testing
