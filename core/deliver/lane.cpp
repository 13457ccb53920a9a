#include "deliver/lane.hpp"

#include <utility>

namespace tocsin::core {

namespace {
constexpr std::size_t most_submitted = 1024;
}

Lane::Lane(std::shared_ptr<Handler> handler_, LanePlan plan_, const Backoff& backoff)
    : handler{std::move(handler_)}, plan{std::move(plan_)}, queue{most_submitted, backoff, plan.keeps_latest} {}

std::vector<HostedDelivery::Value> Lane::render(const Event& event, std::string& fault) const {
    std::vector<HostedDelivery::Value> values(plan.rendered.size());
    for (std::size_t i = 0; i < plan.rendered.size(); ++i) {
        if (!plan.rendered[i]) continue;
        values[i].is_set = true;
        if (auto error = plan.rendered[i]->render(event, values[i].text)) {
            fault = std::move(*error);
            return {};
        }
    }
    return values;
}

}  // namespace tocsin::core
