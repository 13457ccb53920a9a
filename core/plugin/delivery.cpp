#include "plugin/delivery.hpp"

#include <tocsin/string.hpp>

#include <string_view>
#include <utility>

namespace tocsin::core {

HostedDelivery::HostedDelivery(EventPtr event, RenderedValues values)
    : tocsin_delivery{}, owner_{std::move(event)}, values_{std::move(values)} {
    const std::string_view text = values_.text;
    std::size_t begin = 0;
    for (const auto& [end, is_set] : values_.values) {
        views_.push_back(is_set ? tocsin::abi(text.substr(begin, end - begin)) : tocsin_string{});
        begin = end;
    }
}

HostedDelivery* HostedDelivery::make(EventPtr event, RenderedValues values, void* binding, std::uint64_t ticket,
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
