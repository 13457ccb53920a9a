#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace tocsin::core {

/// Calls back once when every delivery of one event has ended. Any thread.
class Receipt {
  public:
    Receipt(std::size_t deliveries, std::function<void()> ended) : left_{deliveries}, ended_{std::move(ended)} {}

    void one_ended() {
        if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) ended_();
    }

  private:
    std::atomic<std::size_t> left_;
    std::function<void()> ended_;
};

/// nullptr for an event whose source wants no answer.
using ReceiptPtr = std::shared_ptr<Receipt>;

}  // namespace tocsin::core
