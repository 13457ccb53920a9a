#include "suspicion.hpp"

#include <algorithm>

namespace mqtt {

void Suspicion::closed_at(const Publish& oldest, std::size_t open, std::size_t sent) {
    const std::lock_guard lock{mutex_};
    if (suspect_ != oldest) {
        suspect_ = oldest;
        losses_ = 0;
        outages_ = 0;
    }
    ++losses_;
    ++in_a_row_;
    alone_ = left_ > 0 && sent == 1;
    fresh_ = true;
    away_ = false;
    if (in_a_row_ >= losses_alone || losses_ >= losses_alone) left_ = std::max(left_, open);
}

void Suspicion::not_reached() {
    const std::lock_guard lock{mutex_};
    away_ = true;
}

void Suspicion::connected() {
    const std::lock_guard lock{mutex_};
    if (!fresh_) return;
    fresh_ = false;
    if (away_) ++outages_;
    if (alone_ && (losses_ - outages_ >= losses_condemned || losses_ >= outages_condemned)) condemned_ = suspect_;
}

void Suspicion::ended(const Publish& publish) {
    const std::lock_guard lock{mutex_};
    if (condemned_ == publish) condemned_.reset();
    if (suspect_ == publish) suspect_.reset();
    if (left_ > 0) --left_;
    if (left_ == 0) in_a_row_ = 0;
}

bool Suspicion::one_at_a_time() const {
    const std::lock_guard lock{mutex_};
    return left_ > 0;
}

bool Suspicion::condemned(const Publish& publish) const {
    const std::lock_guard lock{mutex_};
    return condemned_ == publish;
}

}  // namespace mqtt
