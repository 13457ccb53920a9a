#pragma once

#include <cstdint>
#include <limits>
#include <mutex>

namespace tocsin::core::expression {

/// What count(), sigma() and spread() remember of earlier evaluations of one program. As in Kapacitor, all calls of
/// one name in an expression share what they remember.
struct History {
    std::mutex mutex;  ///< held during the whole of an evaluation

    std::int64_t count = 0;

    // sigma(): Welford's running mean and sum of squared deviations
    double samples = 0;
    double mean = 0;
    double squares = 0;

    // spread()
    double least = std::numeric_limits<double>::infinity();
    double greatest = -std::numeric_limits<double>::infinity();
};

}  // namespace tocsin::core::expression
