#include "event_builder.hpp"

#include "samples.hpp"

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace task_log;
using namespace std::chrono_literals;
using tocsin::Level;
using tocsin::testing::Event;
using Tags = std::vector<std::pair<std::string, std::string>>;

namespace {

const std::chrono::sys_time<std::chrono::nanoseconds> receipt{1'800'000'000s + 42ns};

Event build(std::string_view datagram, std::string_view zone = "UTC") {
    static MessageParser parser;
    const auto message = parser.parse(datagram);
    REQUIRE(message);
    EventBuilder builder{TimeZone::named(zone)};
    const auto& draft = builder.build(*message, receipt);
    CHECK(draft.group == "");
    CHECK(draft.details == "");
    return Event{draft.to_abi()};
}

Tags by_name(Tags tags) {
    std::sort(tags.begin(), tags.end());
    return tags;
}

const std::chrono::sys_time<std::chrono::nanoseconds> logged{1'714'979'289'123ms};  // 2024-05-06 07:08:09.123 UTC

}  // namespace

TEST_CASE("a failed task") {
    const auto event = build(test::failed_sample);
    CHECK(event.topic == "qlik.task");
    CHECK(event.id == "7552d9fc-d1bb-4975-9a38-18357de531ea");
    CHECK(event.level == Level::critical);
    CHECK(event.name == "task-log");
    CHECK(event.task_name == "Reload sales");
    CHECK(event.message == "Task 'Reload sales' failed on sense1: Max retries reached");
    CHECK(event.time == logged);
    CHECK(event.tags == by_name({{"hostName", "sense1"},
                                 {"user", "LAB\\goran"},
                                 {"taskName", "Reload sales"},
                                 {"taskId", "7552d9fc-d1bb-4975-9a38-18357de531ea"},
                                 {"appName", "Sales app"},
                                 {"appId", "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e"},
                                 {"logTimeStamp", "2024-05-06 07:08:09,123"},
                                 {"logLevel", "ERROR"},
                                 {"executionId", "00000001-1111-4222-8333-444444444444"},
                                 {"logMessage", "Max retries reached"},
                                 {"outcome", "failed"},
                                 {"taskType", "unknown"}}));
}

TEST_CASE("an aborted task") {
    const auto event = build(test::aborted_sample);
    CHECK(event.topic == "qlik.task");
    CHECK(event.id == "7552d9fc-d1bb-4975-9a38-18357de531ea");
    CHECK(event.level == Level::warning);
    CHECK(event.task_name == "T5");
    CHECK(event.message == "Task 'T5' was aborted on sense1: Execution State Change to Aborting");
    CHECK(event.tags == by_name({{"hostName", "sense1"},
                                 {"user", "LAB\\goran"},
                                 {"taskName", "T5"},
                                 {"taskId", "7552d9fc-d1bb-4975-9a38-18357de531ea"},
                                 {"appName", "App"},
                                 {"appId", "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e"},
                                 {"logTimeStamp", "2024-05-06 07:08:09,123"},
                                 {"logLevel", "INFO"},
                                 {"executionId", "00000005-1111-4222-8333-444444444444"},
                                 {"logMessage", "Execution State Change to Aborting"},
                                 {"outcome", "aborted"},
                                 {"taskType", "unknown"}}));
}

TEST_CASE("a task that succeeded") {
    const auto event = build(test::success_sample);
    CHECK(event.id == build(test::failed_sample).id);
    CHECK(event.level == Level::ok);
    CHECK(event.message == "Task 'T6' succeeded on sense1: Execution State Change to FinishedSuccess");
    CHECK(event.tag("outcome") == "success");
    CHECK(event.tag("executionId") == "00000006-1111-4222-8333-444444444444");
}

TEST_CASE("a distribute task") {
    const auto event = build("/scheduler-distribute/;sense1;D;;INTERNAL\\sa;;;2024-05-06 07:08:09;INFO;x;Exiting");
    CHECK(event.topic == "qlik.task");
    CHECK(event.id == "sense1/D");
    CHECK(event.level == Level::info);
    CHECK(event.message == "Task 'D' finished distributing on sense1: Exiting");
    CHECK(event.tag("outcome") == "distribute");
    CHECK(event.tag("appId") == "");
}

TEST_CASE("an engine's failed reload") {
    const auto event = build(test::engine_sample);
    CHECK(event.topic == "qlik.engine");
    CHECK(event.id == "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e");
    CHECK(event.level == Level::critical);
    CHECK(event.name == "task-log");
    CHECK(event.task_name == "");
    CHECK(event.message == "Reload of app e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e failed on sense1: Script line 45");
    CHECK(event.time == logged);
    CHECK(event.tags == by_name({{"hostName", "sense1"},
                                 {"appId", "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e"},
                                 {"sessionId", "s-1"},
                                 {"userDirectory", "LAB"},
                                 {"userId", "goran"},
                                 {"logTimeStamp", "2024-05-06 07:08:09,123"},
                                 {"logLevel", "ERROR"},
                                 {"logMessage", "Script line 45"}}));
    CHECK(build("/engine-reload-failed/;sense1;;s-1;LAB;goran;;ERROR;x").id == "sense1/s-1");
    CHECK(build("/engine-reload-failed/;sense1;;s-1;LAB;goran;;ERROR;x").message ==
          "Reload in engine session s-1 failed on sense1: x");
}

TEST_CASE("a session") {
    const auto event = build(test::session_sample);
    CHECK(event.topic == "qlik.session");
    CHECK(event.id == "LAB\\goran");
    CHECK(event.level == Level::info);
    CHECK(event.name == "task-log");
    CHECK(event.task_name == "");
    CHECK(event.message == "Start session of user LAB\\goran on sense1: Session started; all well");
    CHECK(event.time == receipt);
    CHECK(event.tags == by_name({{"hostName", "sense1"},
                                 {"command", "Start session"},
                                 {"userDirectory", "LAB"},
                                 {"userId", "goran"},
                                 {"origin", "10.0.0.7"},
                                 {"context", "AppAccess"}}));
}

TEST_CASE("the time") {
    const auto at = [](std::string_view time, std::string_view zone) {
        return build("/scheduler-task-failed/;h;T;a;u;i;j;" + std::string{time} + ";l;e;m", zone);
    };
    CHECK(at("2024-05-06 09:08:09,123", "Europe/Stockholm").time == logged);
    CHECK(at("2024-05-06 07:08:09,123", "UTC").time == logged);
    CHECK(at("06/05/2024 07:08", "UTC").time == receipt);
    CHECK(at("06/05/2024 07:08", "UTC").tag("logTimeStamp") == "06/05/2024 07:08");
    CHECK(at("", "UTC").time == receipt);
}

TEST_CASE("sentences and ids with parts missing") {
    const auto failed = [](std::string_view fields) { return build("/scheduler-task-failed/;" + std::string{fields}); };
    CHECK(failed("h;;;;id;;;;;").message == "Task id failed on h");
    CHECK(failed("h;;;;id;;;;;").id == "id");
    CHECK(failed("h;;;;;;;;;text").message == "Task without a name failed on h: text");
    CHECK(failed("h;;;;;;;;;text").id == "h/");
    CHECK(failed(";T;;;;;;;;text").message == "Task 'T' failed: text");
    CHECK(failed(";T;;;;;;;;text").id == "/T");
    CHECK(build("/proxy-session/;;;LAB;;;;").message == "Session event of user LAB\\");
    CHECK(build("/engine-reload-failed/;h;;;;;;;").message == "Reload in engine session without an id failed on h");
}

TEST_CASE("a builder leaves nothing of the last event") {
    MessageParser parser;
    EventBuilder builder{TimeZone::named("UTC")};
    builder.build(*parser.parse(test::failed_sample), receipt);
    const auto event = Event{builder.build(*parser.parse(test::session_sample), receipt).to_abi()};
    CHECK(event.tags.size() == 6);
    CHECK(event.task_name == "");
    CHECK(event.level == Level::info);
}

TEST_CASE("an id is UTF-8 whatever the datagram holds, so that no alert is lost") {
    const std::string block = ";;;2024-05-06 07:08:09,123;ERROR;00000001-1111-4222-8333-444444444444;m";
    CHECK(build("/scheduler-task-failed/;sense\xe5;T\xf6;A;u" + block).id == "sense\xc3\xa5/T\xc3\xb6");
    CHECK(build("/engine-reload-failed/;h\xff;;s\xfe;LAB;goran;2024-05-06 07:08:09,123;ERROR;m").id ==
          "h\xc3\xbf/s\xc3\xbe");
    const auto session = build("/Proxy-Connection//;h;Stop session;\xff\xfe;\xc3\xa5\xc3;o;c;m");
    CHECK(session.id == "\xc3\xbf\xc3\xbe\\\xc3\xa5\xc3\x83");
    CHECK(session.tag("userDirectory") == "\xff\xfe");
}
