#include "deliver/handler.hpp"

#include <utility>

namespace tocsin::core {

namespace {
constexpr std::size_t most_submitted = 1024;
}

Handler::Handler(std::string topic_, std::string id_, std::vector<std::optional<Payload>> rendered_,
                 const Backoff& backoff)
    : topic{std::move(topic_)}, id{std::move(id_)}, rendered{std::move(rendered_)}, queue{most_submitted, backoff} {}

std::vector<HostedDelivery::Value> Handler::render(const Event& event, std::string& fault) const {
    std::vector<HostedDelivery::Value> values(rendered.size());
    for (std::size_t i = 0; i < rendered.size(); ++i) {
        if (!rendered[i]) continue;
        values[i].is_set = true;
        if (auto error = rendered[i]->render(event, values[i].text)) {
            fault = std::move(*error);
            return {};
        }
    }
    return values;
}

}  // namespace tocsin::core
