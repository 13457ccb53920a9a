#pragma once

#include "mark.hpp"
#include "progress.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::bench {

/// Counts marked messages, tells doubled ones from new ones, and how long each took from its sender.
class Arrivals {
  public:
    /// `progress`: a file where a sender may look how many different ones have come (see Progress); empty for none.
    explicit Arrivals(const std::string& progress) : progress_{progress.empty() ? nullptr : new Progress{progress}} {}

    void add(std::string_view payload, std::int64_t now);

    /// When the last one came, of the monotonic clock in nanoseconds; 0 when none has.
    std::int64_t last() const noexcept { return last_; }
    std::uint64_t distinct() const noexcept { return distinct_; }

    /// `received=… distinct=… unmarked=… seconds=… rate=… p50_us=… p99_us=… max_us=…`: seconds from the first to
    /// the last, rate in messages a second, latencies of those that came for the first time.
    std::string text();

  private:
    double percentile(double part);

    std::vector<bool> seen_;
    std::vector<float> microseconds_;
    std::uint64_t received_ = 0;
    std::uint64_t distinct_ = 0;
    std::uint64_t unmarked_ = 0;
    std::int64_t first_ = 0;
    std::int64_t last_ = 0;
    std::unique_ptr<Progress> progress_;
};

}  // namespace tocsin::bench
