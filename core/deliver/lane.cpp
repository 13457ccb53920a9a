#include "deliver/lane.hpp"

#include <utility>

namespace tocsin::core {

namespace {
constexpr std::size_t most_submitted = 1024;
constexpr auto first_wait = std::chrono::milliseconds{100};
constexpr auto longest_wait = std::chrono::seconds{30};
}  // namespace

Lane::Lane(std::shared_ptr<Handler> handler_, LanePlan plan_, std::size_t number)
    : handler{std::move(handler_)},
      plan{std::move(plan_)},
      queue{most_submitted, Backoff{first_wait, longest_wait, static_cast<std::uint32_t>(number + 1)},
            plan.keeps_latest} {}

RenderedValues Lane::render(const Event& event, std::string& fault) const {
    RenderedValues values;
    for (const auto& rendered : plan.rendered) {
        if (rendered)
            if (auto error = rendered->render(event, values.text)) {
                fault = std::move(*error);
                return {};
            }
        values.add(rendered.has_value());
    }
    return values;
}

void end_all(Handler& handler, const std::vector<QueuedDelivery>& deliveries, Outcome outcome,
             std::string_view reason) {
    if (deliveries.empty()) return;
    auto& counter = outcome == Outcome::delivered ? handler.delivered
                    : outcome == Outcome::dead    ? handler.dead
                                                  : handler.dropped;
    counter.add(deliveries.size());
    handler.pending -= deliveries.size();
    for (const auto& delivery : deliveries) {
        const auto cost = delivery.entry->cost();
        handler.pending_bytes -= cost;
        handler.in_memory -= cost;
        if (delivery.entry->ledger != nullptr)
            delivery.entry->ledger->ended(delivery.entry, delivery.slot, outcome, reason);
    }
}

}  // namespace tocsin::core
