#include "message.hpp"

#include "samples.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace task_log;

TEST_CASE("every type, in any case, with one slash more") {
    struct Case {
        std::string type;
        std::optional<Family> family;
    };
    const Case cases[] = {
        {"/scheduler-reload-failed/", Family::failed},
        {"/scheduler-task-failed/", Family::failed},
        {"/scheduler-reloadtask-failed/", Family::failed},
        {"/scheduler-reload-aborted/", Family::aborted},
        {"/scheduler-task-aborted/", Family::aborted},
        {"/scheduler-reloadtask-success/", Family::success},
        {"/scheduler-task-success/", Family::success},
        {"/scheduler-task-success//", Family::success},
        {"/scheduler-distribute/", Family::distribute},
        {"/engine-reload-failed/", Family::engine},
        {"/qseow-proxy-session/", Family::session},
        {"/qseow-proxy-connection/", Family::session},
        {"/proxy-session/", Family::session},
        {"/proxy-connection/", Family::session},
        {"/SCHEDULER-Task-Failed/", Family::failed},
        {"/Scheduler-Task-SUCCESS//", Family::success},
        {"/scheduler-task-success///", std::nullopt},
        {"scheduler-task-failed", std::nullopt},
        {"/scheduler-task-failed", std::nullopt},
        {" /scheduler-task-failed/", std::nullopt},
        {"/scheduler-task/", std::nullopt},
        {"/", std::nullopt},
        {"//", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& each : cases) {
        CAPTURE(each.type);
        MessageParser parser;
        const auto message = parser.parse(each.type + ";1;2;3;4;5;6;7;8;9;10");
        CHECK(message.has_value() == each.family.has_value());
        if (message && each.family) CHECK((message->family == *each.family));
        if (!message) CHECK(parser.problem() == "unknown message type");
    }
}

TEST_CASE("line ends behind the message") {
    MessageParser parser;
    for (const std::string end : {"\r\n", "\n", "\r", "\r\n\r\n"}) {
        const auto datagram = std::string{test::failed_sample} + end;
        const auto message = parser.parse(datagram);
        REQUIRE(message);
        CHECK(message->text == "Max retries reached");
    }
}

TEST_CASE("fields are cleaned") {
    MessageParser parser;
    const auto parse = [&](const std::string& fields) {
        static std::string datagram;
        datagram = "/scheduler-task-failed/;" + fields;
        const auto message = parser.parse(datagram);
        REQUIRE(message);
        return *message;
    };

    SUBCASE("control characters go, from the message too") {
        const auto message = parse("se\x1bnse1;T\r\n1;A\x7fpp;LAB\\\tgoran;1;2;3;4;5;line\r\none\x01");
        CHECK(message.host == "sense1");
        CHECK(message.task_name == "T1");
        CHECK(message.app_name == "App");
        CHECK(message.user == "LAB\\goran");
        CHECK(message.text == "lineone");
    }
    SUBCASE("long ones are cut, the message later") {
        const std::string o_umlaut = "\xc3\xb6";
        std::string name;
        for (int i = 0; i < 5000; ++i) name += o_umlaut;
        const auto message = parse("h;" + name + ";a;u;1;2;3;4;5;" + name);
        CHECK(message.task_name == name.substr(0, 1000));
        CHECK(message.text == name.substr(0, 8192));
    }
    SUBCASE("what is not set reads as empty") {
        const auto message = parse("h;T;(null);(null);(null);(null);(null);(null);(null);(null)");
        CHECK(message.task_name == "T");
        CHECK(message.app_name == "");
        CHECK(message.user == "");
        CHECK(message.task_id == "");
        CHECK(message.app_id == "");
        CHECK(message.timestamp == "");
        CHECK(message.execution_id == "");
        CHECK(message.text == "(null)");
    }
    SUBCASE("two backslashes in the user") {
        CHECK(parse("h;T\\\\x;a;LAB\\\\goran;1;2;3;4;5;m").user == "LAB\\goran");
        CHECK(parse("h;T\\\\x;a;LAB\\\\goran;1;2;3;4;5;m").task_name == "T\\\\x");
    }
    SUBCASE("bytes that are no UTF-8 stay") {
        CHECK(parse("h;T\xff\xfe;a;u;1;2;3;4;5;m\xc3").task_name == "T\xff\xfe");
        CHECK(parse("h;T\xff\xfe;a;u;1;2;3;4;5;m\xc3").text == "m\xc3");
    }
}

TEST_CASE("a message must name something") {
    MessageParser parser;
    CHECK_FALSE(parser.parse("/scheduler-task-failed/;;;app;user;;1;2;3;4;text"));
    CHECK(parser.problem() == "the fields that name the task, app or user are all empty");
    CHECK_FALSE(parser.parse("/scheduler-task-failed/;\x01;(null);;;\x02;;;;;"));
    CHECK_FALSE(parser.parse("/engine-reload-failed/;;;;dir;user;time;level;text"));
    CHECK_FALSE(parser.parse("/proxy-session/;h;Start session;;;origin;context;text"));
    CHECK(parser.parse("/scheduler-task-failed/;h;;;;;;;;;"));
    CHECK(parser.parse("/scheduler-task-failed/;;;;;id;;;;;"));
    CHECK(parser.parse("/engine-reload-failed/;;;s;;;;;"));
    CHECK(parser.parse("/proxy-session/;;;;u;;;"));
}

TEST_CASE("a parser can be used again") {
    MessageParser parser;
    for (int i = 0; i < 3; ++i) {
        CHECK(parser.parse(test::failed_sample)->execution_id == "00000001-1111-4222-8333-444444444444");
        CHECK_FALSE(parser.parse("x"));
        CHECK(parser.parse(test::session_sample)->text == "Session started; all well");
        CHECK(parser.parse(test::session_sample)->task_name == "");
    }
}
