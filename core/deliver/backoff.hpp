#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace tocsin::core {

/// How long to wait before an attempt: `first` before the second, doubling, at most `most`, each drawn from the upper
/// half of that time so that many handlers do not try at once. Not thread-safe.
class Backoff {
  public:
    Backoff(std::chrono::nanoseconds first, std::chrono::nanoseconds most, std::uint32_t seed)
        : first_{first}, most_{most}, random_{seed} {}

    /// `failed`: how many attempts have failed, at least 1.
    std::chrono::nanoseconds after(std::uint32_t failed);

  private:
    std::chrono::nanoseconds first_;
    std::chrono::nanoseconds most_;
    std::minstd_rand random_;
};

}  // namespace tocsin::core
