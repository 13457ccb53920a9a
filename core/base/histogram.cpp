#include "base/histogram.hpp"

#include <algorithm>
#include <numeric>

namespace tocsin::core {

void Histogram::record(std::chrono::nanoseconds time) noexcept {
    time = std::max(time, std::chrono::nanoseconds{0});
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), time) - bounds.begin();
    buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    ticks_.fetch_add(std::chrono::duration_cast<Tick>(time).count(), std::memory_order_relaxed);
}

void Histogram::Sum::add(const Histogram& histogram) noexcept {
    for (std::size_t i = 0; i < buckets.size(); ++i)
        buckets[i] += histogram.buckets_[i].load(std::memory_order_relaxed);
    seconds += std::chrono::duration<double>{Tick{histogram.ticks_.load(std::memory_order_relaxed)}}.count();
}

std::uint64_t Histogram::Sum::count() const noexcept {
    return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

}  // namespace tocsin::core
