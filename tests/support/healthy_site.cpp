#include "healthy_site.hpp"

#include "integration/datagrams.hpp"
#include "wait.hpp"

#include <map>
#include <utility>

namespace tocsin::testing {
namespace {

constexpr unsigned tasks = 10;

constexpr const char* good =
    "id: good\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: good/{{ .ID }}\n  qos: 1\n"
    "  payload: '{{ index .Tags \"appName\" }}'\n";

std::string task(unsigned event) { return guid(0xa0000000 + event % tasks); }

}  // namespace

HealthySite::HealthySite(Neighbour neighbour)
    : neighbour_{std::move(neighbour)},
      site_{mqtt_section("good", broker_->url(), "default = true") + task_log_section(port_) + neighbour_.sections,
            neighbour_.limits + "\ndrain-timeout = \"50ms\""} {
    site_.handler("good.yaml", good);
    for (const auto& [name, text] : neighbour_.files) site_.handler(name, text);
    router_ = std::make_unique<Router>(site_.config(), neighbour_.environment, neighbour_.wrapper);
    router_->wait_for("connected to " + broker_->url());
    neighbour_.turn_bad(*router_);
}

void HealthySite::send() {
    auto line = failed_line;
    line.task_id = task(sent_);
    line.app_name = std::to_string(sent_);
    line.execution_id = guid(++sent_);
    socket_.send(port_, line.text());
}

bool HealthySite::deliver(unsigned count, std::chrono::milliseconds deadline) {
    for (unsigned i = 0; i < count; ++i) send();
    return wait_until([this] { return tap_.count() >= sent_; }, deadline);
}

std::string HealthySite::fault() const {
    const auto messages = tap_.messages();
    if (messages.size() != sent_)
        return std::to_string(messages.size()) + " messages came of " + std::to_string(sent_) + " events";
    std::map<std::string, unsigned> next;
    for (unsigned i = 0; i < tasks; ++i) next["good/" + task(i)] = i;
    for (const auto& message : messages) {
        const auto expected = next.find(message.topic);
        if (expected == next.end()) return "a message came on " + message.topic;
        if (message.payload != std::to_string(expected->second))
            return "of " + message.topic + " came " + message.payload + " where " + std::to_string(expected->second) +
                   " was expected";
        expected->second += tasks;
    }
    return {};
}

}  // namespace tocsin::testing
