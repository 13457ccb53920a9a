#include "plugin/delivery.hpp"

#include <tocsin/string.hpp>

#include <utility>

namespace tocsin::core {

HostedDelivery::HostedDelivery(EventPtr event, std::vector<Value> values)
    : tocsin_delivery{}, owner_{std::move(event)}, texts_{std::move(values)} {
    views_.reserve(texts_.size());
    for (const auto& value : texts_) views_.push_back(value.is_set ? tocsin::abi(value.text) : tocsin_string{});
}

HostedDelivery* HostedDelivery::make(EventPtr event, std::vector<Value> values, void* binding, std::uint64_t ticket,
                                     std::uint32_t attempt) {
    auto* made = new HostedDelivery{std::move(event), std::move(values)};
    made->struct_size = sizeof(tocsin_delivery);
    made->attempt = attempt;
    made->ticket = ticket;
    made->binding = binding;
    made->event = &made->owner_->abi();
    made->values = made->views_.data();
    made->value_count = made->views_.size();
    return made;
}

HostedDelivery& HostedDelivery::from(const tocsin_delivery* delivery) noexcept {
    return static_cast<HostedDelivery&>(const_cast<tocsin_delivery&>(*delivery));
}

void HostedDelivery::release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace tocsin::core
