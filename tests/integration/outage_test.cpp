#include "counts.hpp"
#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

/// Sends numbered failures of several tasks and waits for the router to have taken them.
class Sender {
  public:
    explicit Sender(const Site& site, std::uint16_t port) : port_{port}, diary_{site.path() / "diary.log"} {
        site.handler("diary.yaml", diary_handler(diary_));
    }

    /// `tasks`: among how many ids the events take turns. The number of an event is its app's name.
    void send(unsigned count, unsigned tasks) {
        constexpr unsigned batch = 50;  // what the smallest receive buffer holds
        for (unsigned sent = 1; sent <= count; ++sent) {
            auto line = failed_line;
            line.task_id = guid(0xa0000000 + number_ % tasks);
            line.app_name = std::to_string(number_);
            line.execution_id = guid(++number_);
            send_udp(port_, line.text());
            if (sent % batch == 0 || sent == count) wait_for_diary(diary_, number_);
        }
    }

    unsigned sent() const noexcept { return number_; }

  private:
    std::uint16_t port_;
    std::filesystem::path diary_;
    unsigned number_ = 0;
};

constexpr const char* numbered = R"(
id: numbered
topic: qlik.task
kind: mqtt
options:
  topic: numbered/{{ .ID }}/{{ index .Tags "appName" }}
  qos: 1
)";

constexpr const char* newest = R"(
id: newest
topic: qlik.task
kind: mqtt
options:
  topic: newest/{{ .ID }}
  qos: 1
  retained: true
  payload: '{{ index .Tags "appName" }}'
)";

/// The numbers of the events on `numbered/<id>/<number>` as the broker got them, per id.
std::map<std::string, std::vector<unsigned>> numbers_by_id(const Mosquitto& broker) {
    std::map<std::string, std::vector<unsigned>> all;
    for (const auto& [client, qos, retained, topic] : broker.received()) {
        if (!topic.starts_with("numbered/")) continue;
        const auto slash = topic.rfind('/');
        all[topic.substr(0, slash)].push_back(static_cast<unsigned>(std::stoul(topic.substr(slash + 1))));
    }
    return all;
}

std::size_t distinct(const std::map<std::string, std::vector<unsigned>>& numbers) {
    std::set<unsigned> all;
    for (const auto& [id, list] : numbers) all.insert(list.begin(), list.end());
    return all.size();
}

}  // namespace

TEST_CASE("events from before the broker's first start arrive in order") {
    constexpr unsigned events = 60;
    Mosquitto broker;
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker.url()) + task_log_section(port)};
    site.handler("numbered.yaml", numbered);
    Sender sender{site, port};
    Router router{site.config()};
    sender.send(events, 7);
    broker.start();
    REQUIRE(wait_until([&] { return distinct(numbers_by_id(broker)) == events; }));
    std::vector<unsigned> in_order;
    for (const auto& one : broker.received())
        in_order.push_back(static_cast<unsigned>(std::stoul(one.topic.substr(one.topic.rfind('/') + 1))));
    CHECK(in_order.size() == events);
    CHECK(std::is_sorted(in_order.begin(), in_order.end()));
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("a broker that is killed with 500 events under way loses none, and the newest is the last") {
    constexpr unsigned tasks = 10;
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url()) + task_log_section(port)};
    site.handler("numbered.yaml", numbered);
    site.handler("newest.yaml", newest);
    Sender sender{site, port};
    Router router{site.config()};
    sender.send(100, tasks);
    REQUIRE(wait_until([&] { return distinct(numbers_by_id(*broker)) == sender.sent(); }));
    // What is sent to a frozen broker is under way, unanswered, when it is killed.
    broker->freeze();
    sender.send(100, tasks);
    broker->kill();
    sender.send(100, tasks);
    const auto before_second_kill = broker->received().size();
    broker->start();
    sender.send(100, tasks);
    REQUIRE(wait_until([&] { return broker->received().size() > before_second_kill; }));
    broker->kill();
    broker->start();
    sender.send(100, tasks);

    REQUIRE(wait_until([&] { return distinct(numbers_by_id(*broker)) == sender.sent(); }));
    const Subscriber late{broker->observer_port(), "newest/#"};
    std::set<std::string> expected;
    for (unsigned task = 0; task < tasks; ++task) expected.insert(std::to_string(sender.sent() - 1 - task));
    CHECK(wait_until([&] {
        std::map<std::string, std::string> last;
        for (const auto& message : late.messages()) last[message.topic] = message.payload;
        std::set<std::string> payloads;
        for (const auto& [topic, payload] : last) payloads.insert(payload);
        return payloads == expected;
    }));
    CHECK(router.stop().code == 0);
    check_counts(router);

    // Otherwise nothing was under way when the broker went, and this test has shown nothing.
    for (const auto& line : router.log())
        if (line.msg == "deliveries" && line.value("handler") == "numbered") CHECK(number(line, "retried") > 0);
    for (const auto& [topic, numbers] : numbers_by_id(*broker)) {
        INFO("broker log: ", broker->log());
        CHECK(numbers.back() == *std::max_element(numbers.begin(), numbers.end()));
        std::vector<unsigned> first_seen;
        for (const auto number : numbers)
            if (std::find(first_seen.begin(), first_seen.end(), number) == first_seen.end())
                first_seen.push_back(number);
        CHECK(std::is_sorted(first_seen.begin(), first_seen.end()));
    }
}

TEST_CASE("a broker that was frozen gets everything once it goes on") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url()) + task_log_section(port)};
    site.handler("numbered.yaml", numbered);
    Sender sender{site, port};
    Router router{site.config()};
    broker->freeze();
    sender.send(100, 10);
    CHECK(numbers_by_id(*broker).empty());
    broker->thaw();
    CHECK(wait_until([&] { return distinct(numbers_by_id(*broker)) == sender.sent(); }));
    CHECK(router.stop().code == 0);
    check_counts(router);
}
