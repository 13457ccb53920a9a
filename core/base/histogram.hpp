#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ratio>

namespace tocsin::core {

/// How often a time fell between fixed bounds: 10 µs, 20 µs, 50 µs, 100 µs, ... 100 s. Any thread, without a lock.
class Histogram {
  public:
    /// Upper bounds, each part of its own bucket; one more bucket holds what is above the last.
    static constexpr std::array bounds = [] {
        std::array<std::chrono::nanoseconds, 22> all{};
        std::chrono::nanoseconds decade = std::chrono::microseconds{10};
        for (std::size_t i = 0; i < all.size(); ++i) {
            constexpr std::array steps{1, 2, 5};
            all[i] = decade * steps[i % steps.size()];
            if (i % steps.size() == steps.size() - 1) decade *= 10;
        }
        return all;
    }();

    /// Counts one time; a negative one, as from a clock that was set back, as 0.
    void record(std::chrono::nanoseconds time) noexcept;

    /// The sum of any number of histograms at some moment. The count is always that of the buckets.
    struct Sum {
        std::array<std::uint64_t, bounds.size() + 1> buckets{};
        double seconds = 0;

        void add(const Histogram& histogram) noexcept;
        std::uint64_t count() const noexcept;
    };

  private:
    /// In nanoseconds the sum could wrap: a million deliveries that wait for a night are centuries.
    using Tick = std::chrono::duration<std::uint64_t, std::ratio<1, 10'000'000>>;

    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets_{};
    std::atomic<std::uint64_t> ticks_{0};
};

}  // namespace tocsin::core
