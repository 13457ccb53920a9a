#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace mqtt {

/// Delays between attempts: `minimum` at first, doubling, with a fifth of jitter either way, never above `maximum`.
class Backoff {
  public:
    using Duration = std::chrono::nanoseconds;

    Backoff(Duration minimum, Duration maximum) : minimum_{minimum}, maximum_{maximum}, next_{minimum} {}

    Duration next() {
        const auto base = next_;
        next_ = base > maximum_ / 2 ? maximum_ : base * 2;
        const auto jittered = std::uniform_real_distribution<>{0.8, 1.2}(random_) * static_cast<double>(base.count());
        return std::min(maximum_, Duration{static_cast<Duration::rep>(jittered)});
    }

    void reset() { next_ = minimum_; }

  private:
    Duration minimum_;
    Duration maximum_;
    Duration next_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace mqtt
