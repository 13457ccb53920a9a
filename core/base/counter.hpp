#pragma once

#include <atomic>
#include <cstdint>

namespace tocsin::core {

/// Counts up from 0. Any thread.
class Counter {
  public:
    void add(std::uint64_t amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace tocsin::core
