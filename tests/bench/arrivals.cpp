#include "arrivals.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tocsin::bench {
namespace {

constexpr std::uint64_t most = 100'000'000;

}  // namespace

void Arrivals::add(std::string_view payload, std::int64_t now) {
    const auto mark = find_mark(payload);
    if (!mark || mark->sequence >= most) {
        ++unmarked_;
        return;
    }
    ++received_;
    if (first_ == 0) first_ = now;
    last_ = now;
    if (mark->sequence >= seen_.size()) seen_.resize(std::max(mark->sequence + 1, 2 * seen_.size()));
    if (seen_[mark->sequence]) return;
    seen_[mark->sequence] = true;
    ++distinct_;
    if (progress_) progress_->set(distinct_);
    microseconds_.push_back(static_cast<float>(now - mark->sent) / 1000);
}

double Arrivals::percentile(double part) {
    if (microseconds_.empty()) return 0;
    const auto at =
        std::min(microseconds_.size() - 1, static_cast<std::size_t>(part * static_cast<double>(microseconds_.size())));
    const auto nth = microseconds_.begin() + static_cast<std::ptrdiff_t>(at);
    std::nth_element(microseconds_.begin(), nth, microseconds_.end());
    return static_cast<double>(*nth);
}

std::string Arrivals::text() {
    const double seconds = static_cast<double>(last_ - first_) / 1e9;
    const double rate = seconds > 0 ? static_cast<double>(received_ - 1) / seconds : 0;
    std::array<char, 400> line{};
    std::snprintf(
        line.data(), line.size(),
        "received=%llu distinct=%llu unmarked=%llu seconds=%.3f rate=%.0f p50_us=%.1f p99_us=%.1f max_us=%.1f",
        static_cast<unsigned long long>(received_), static_cast<unsigned long long>(distinct_),
        static_cast<unsigned long long>(unmarked_), seconds, rate, percentile(0.5), percentile(0.99), percentile(1));
    return line.data();
}

}  // namespace tocsin::bench
