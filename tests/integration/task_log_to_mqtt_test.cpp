#include "counts.hpp"
#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

/// Two brokers, `plant` (the default) and `office`, and one task log.
struct TwoBrokers {
    std::unique_ptr<Mosquitto> plant = Mosquitto::started();
    std::unique_ptr<Mosquitto> office = Mosquitto::started();
    std::uint16_t port = free_port(Protocol::udp);
    Site site{mqtt_section("plant", plant->url(), "default = true") + mqtt_section("office", office->url()) +
              task_log_section(port)};
};

std::vector<std::string> topics(const std::vector<Message>& messages) {
    std::vector<std::string> all;
    for (const auto& message : messages) all.push_back(message.topic);
    std::sort(all.begin(), all.end());
    return all;
}

const Message& with_topic(const std::vector<Message>& messages, const std::string& topic) {
    const auto found =
        std::find_if(messages.begin(), messages.end(), [&](const auto& message) { return message.topic == topic; });
    if (found == messages.end()) throw std::runtime_error{"no message on " + topic};
    return *found;
}

}  // namespace

TEST_CASE("handlers choose among events, brokers, payloads and qualities of service") {
    const TwoBrokers two;
    two.site.handler("failures.yaml", R"(
id: failures
topic: qlik.task
kind: mqtt
match: level() == CRITICAL AND "outcome" == 'failed'
options:
  topic: qlik/failed/{{ .ID }}
  qos: 1
  retained: true
  payload: '{{ .TaskName }} on {{ index .Tags "hostName" }}'
)");
    two.site.handler("everything.yml", R"(
id: everything
topic: qlik.*
kind: mqtt
options:
  broker-name: office
  topic: all/{{ .Level }}/{{ .Name }}
  qos: exactly-once
  payload: { json: event }
)");
    two.site.handler("aborted.json", R"({
  "id": "aborted", "topic": "qlik.task", "kind": "mqtt", "match": "\"outcome\" == 'aborted'",
  "options": {"broker-name": "office", "topic": "aborted", "qos": "at-least-once",
              "payload": {"json": ["hostName", "user", "taskName", "noSuchTag"]}}})");
    two.site.handler("message.toml", R"(
id = "message"
topic = "qlik.task"
kind = "mqtt"
match = '''"outcome" == 'success' '''
[options]
topic = "message"
)");
    const auto diary = two.site.path() / "diary.log";
    two.site.handler("diary.yaml", diary_handler(diary));

    Router router{two.site.config()};
    const Subscriber plant{two.plant->observer_port()};
    const Subscriber office{two.office->observer_port()};
    router.wait_for("plant");
    for (const auto& text :
         {failed_line.text(), aborted_line.text(), success_line.text(), engine_line, session_start_line})
        send_udp(two.port, text);

    const auto at_plant = plant.wait_for(2);
    const auto& failure = with_topic(at_plant, "qlik/failed/" + failed_line.task_id);
    CHECK(failure.payload == "Reload sales on sense1");
    CHECK(failure.qos == 1);
    CHECK_FALSE(failure.retained);
    const auto& message = with_topic(at_plant, "message");
    CHECK(message.qos == 0);
    CHECK(message.payload.ends_with(success_line.message));

    const auto at_office = office.wait_for(6);
    CHECK(topics(at_office) == std::vector<std::string>{"aborted", "all/CRITICAL/task-log", "all/CRITICAL/task-log",
                                                        "all/INFO/task-log", "all/OK/task-log",
                                                        "all/WARNING/task-log"});
    const auto& aborted = with_topic(at_office, "aborted");
    CHECK(aborted.payload == R"({"hostName":"sense1","user":"LAB\\goran","taskName":"T5"})");
    CHECK(aborted.qos == 1);
    const auto& success = with_topic(at_office, "all/OK/task-log");
    CHECK(success.qos == 2);
    CHECK(json_value(success.payload, "id") == success_line.task_id);
    CHECK(json_value(success.payload, "level") == "OK");
    CHECK(json_value(success.payload, "previousLevel") == "WARNING");
    CHECK(json_value(success.payload, "data")->find(R"("outcome":"success")") != std::string::npos);
    CHECK(json_value(with_topic(at_office, "all/INFO/task-log").payload, "id") == "LAB\\goran");

    const auto lines = wait_for_diary(diary, 5);
    CHECK(lines.size() == 5);
    CHECK(json_value(lines.front(), "id") == failed_line.task_id);

    const Subscriber late{two.plant->observer_port()};
    const auto kept = late.wait_for(1);
    CHECK(kept.front() == Message{"qlik/failed/" + failed_line.task_id, "Reload sales on sense1", 1, true});

    CHECK(router.stop().code == 0);
    check_counts(router);
    CHECK(plant.messages().size() == 2);
    CHECK(office.messages().size() == 6);
    CHECK(late.messages().size() == 1);
}

TEST_CASE("data never chooses the MQTT topic") {
    const TwoBrokers two;
    two.site.handler("whole.yaml", "id: whole\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: whole/{{ .ID }}\n");
    two.site.handler("levels.yaml",
                     "id: levels\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: levels/{{ .ID | levels }}\n");
    Router router{two.site.config()};
    const Subscriber plant{two.plant->observer_port()};
    router.wait_for("plant");
    auto line = failed_line;
    line.task_id = "";
    line.task_name = "a/+#b%";
    send_udp(two.port, line.text());
    CHECK(topics(plant.wait_for(2)) ==
          std::vector<std::string>{"levels/sense1/a/%2B%23b%25", "whole/sense1%2Fa%2F%2B%23b%25"});
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("changed() looks at the last level of the event id") {
    const TwoBrokers two;
    two.site.handler("changes.yaml", R"(
id: changes
topic: qlik.task
kind: mqtt
match: changed() == TRUE
options:
  topic: changes
  qos: 1
  payload: '{{ .Tags.executionId }} {{ .Level }}'
)");
    Router router{two.site.config()};
    const Subscriber plant{two.plant->observer_port()};
    unsigned number = 0;
    const auto send = [&](TaskLine line) {
        line.task_id = failed_line.task_id;
        line.execution_id = guid(++number);
        send_udp(two.port, line.text());
    };
    for (const auto& line : {success_line, failed_line, failed_line, aborted_line, success_line, success_line})
        send(line);
    send(failed_line);
    const auto messages = plant.wait_for(4);
    std::vector<std::string> payloads;
    for (const auto& message : messages) payloads.push_back(message.payload);
    CHECK(payloads == std::vector<std::string>{guid(2) + " CRITICAL", guid(4) + " WARNING", guid(5) + " OK",
                                               guid(7) + " CRITICAL"});
    CHECK(router.stop().code == 0);
    check_counts(router);
}

TEST_CASE("a repeated execution is one alert") {
    const TwoBrokers two;
    two.site.handler("all.yaml",
                     "id: all\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: all\n  qos: 1\n"
                     "  payload: '{{ .Tags.executionId }}'\n");
    Router router{two.site.config()};
    const Subscriber plant{two.plant->observer_port()};
    auto other = failed_line;
    other.execution_id = guid(2);
    for (const auto& line : {failed_line, failed_line, other}) send_udp(two.port, line.text());
    const auto messages = plant.wait_for(2);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].payload == guid(1));
    CHECK(messages[1].payload == guid(2));
    CHECK(router.stop().code == 0);
    check_counts(router);
}
