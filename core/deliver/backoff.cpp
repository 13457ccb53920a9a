#include "deliver/backoff.hpp"

#include <algorithm>

namespace tocsin::core {

std::chrono::nanoseconds Backoff::after(std::uint32_t failed) {
    auto wait = first_;
    for (std::uint32_t i = 1; i < failed && wait < most_; ++i) wait *= 2;
    wait = std::min(wait, most_);
    std::uniform_int_distribution<std::int64_t> upper_half{wait.count() / 2, wait.count()};
    return std::chrono::nanoseconds{upper_half(random_)};
}

}  // namespace tocsin::core
