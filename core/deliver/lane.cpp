#include "deliver/lane.hpp"

#include <utility>

namespace tocsin::core {

namespace {
constexpr std::size_t most_submitted = 1024;
}

Lane::Lane(std::shared_ptr<Handler> handler_, LanePlan plan_, const Backoff& backoff)
    : handler{std::move(handler_)}, plan{std::move(plan_)}, queue{most_submitted, backoff, plan.keeps_latest} {}

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

}  // namespace tocsin::core
