#include "split.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace task_log;

namespace {

const std::string task = "7552d9fc-d1bb-4975-9a38-18357de531ea";
const std::string app = "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e";
const std::string execution = "00000001-1111-4222-8333-444444444444";
const std::string time_text = "2024-05-06 07:08:09,123";
const std::string block = task + ";" + app + ";" + time_text + ";ERROR;" + execution;

struct Split {
    explicit Split(std::string datagram, std::string_view (*split)(Pieces, Message&) noexcept = split_task)
        : text{std::move(datagram)} {
        for (std::size_t at = 0;;) {
            const auto end = text.find(';', at);
            pieces.push_back(std::string_view{text}.substr(at, end - at));
            if (end == std::string::npos) break;
            at = end + 1;
        }
        problem = split(pieces, message);
    }
    std::string text;
    std::vector<std::string_view> pieces;
    Message message;
    std::string_view problem;
};

void check_block(const Message& message) {
    CHECK(message.task_id == task);
    CHECK(message.app_id == app);
    CHECK(message.timestamp == time_text);
    CHECK(message.level == "ERROR");
    CHECK(message.execution_id == execution);
}

}  // namespace

TEST_CASE("eleven fields are taken by position, whatever they say") {
    for (const std::string text :
         {"t;h;task;app;user;no id;no id;no time;level;no execution;message", R"(t;h;A\b;C\d;user;;;;;;message)",
          "t;;;;;;;;;;", "t;h; task; app; user;x;y;z;l;e;m"}) {
        CAPTURE(text);
        const Split split{text};
        CHECK(split.problem == "");
        CHECK(split.message.host == split.pieces[1]);
        CHECK(split.message.task_name == split.pieces[2]);
        CHECK(split.message.app_name == split.pieces[3]);
        CHECK(split.message.user == split.pieces[4]);
        CHECK(split.message.task_id == split.pieces[5]);
        CHECK(split.message.app_id == split.pieces[6]);
        CHECK(split.message.timestamp == split.pieces[7]);
        CHECK(split.message.level == split.pieces[8]);
        CHECK(split.message.execution_id == split.pieces[9]);
        CHECK(split.message.text == split.pieces[10]);
    }
}

TEST_CASE("fewer than eleven fields are malformed") {
    for (const std::string text : {"t", "t;", "t;h;task;app;user", "t;h;task;app;user;1;2;3;4;5"}) {
        CAPTURE(text);
        CHECK(Split{text}.problem == "fewer than 11 fields");
    }
}

TEST_CASE("semicolons in the log message") {
    const Split split{"t;h;task;app;LAB\\u;" + block + ";one; two;;three;"};
    CHECK(split.problem == "");
    check_block(split.message);
    CHECK(split.message.task_name == "task");
    CHECK(split.message.app_name == "app");
    CHECK(split.message.user == "LAB\\u");
    CHECK(split.message.text == "one; two;;three;");
}

TEST_CASE("semicolons in the names") {
    struct Case {
        std::string region;
        std::string task_name;
        std::string app_name;
        std::string user;
    };
    const Case cases[] = {
        {R"(Sales; North;App;LAB\goran)", "Sales; North", "App", R"(LAB\goran)"},
        {R"(Task;App; with more;LAB\goran)", "Task", "App; with more", R"(LAB\goran)"},
        {R"(Task; a;App; b;LAB\goran)", "Task; a", "App; b", R"(LAB\goran)"},
        {R"(Reload task of a;b;a;b;LAB\goran)", "Reload task of a;b", "a;b", R"(LAB\goran)"},
        {R"(a;b;a;b;LAB\goran)", "a;b", "a;b", R"(LAB\goran)"},
        {R"(one;two;three;LAB\goran)", "one;two", "three", R"(LAB\goran)"},
        {R"(External;program;;LAB\goran)", "External;program", "", R"(LAB\goran)"},
        {R"(Task;App;LAB\go;ran)", "Task", "App", R"(LAB\go;ran)"},
        {R"(Task;with;App;LAB\go;ran)", "Task;with", "App", R"(LAB\go;ran)"},
        {R"(Task;C\app;LAB\goran)", "Task", R"(C\app)", R"(LAB\goran)"},
        {R"(Task;a\b;App;LAB\\goran)", R"(Task;a\b)", "App", R"(LAB\\goran)"},
        {"Task;with;App;sa_scheduler", "Task;with", "App", "sa_scheduler"},
        {R"(Task;two words\x;App;goran)", R"(Task;two words\x)", "App", "goran"},
        {";;;", ";", "", ""},
        {R"(a;LAB\goran;x)", "a", R"(LAB\goran)", "x"},
        {"Task; a; b;user", "Task; a", " b", "user"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.region);
        // A semicolon in the message keeps even the shortest region off the way by position.
        const Split split{"t;h;" + each.region + ";" + block + ";text;more"};
        CHECK(split.problem == "");
        check_block(split.message);
        CHECK(split.message.task_name == each.task_name);
        CHECK(split.message.app_name == each.app_name);
        CHECK(split.message.user == each.user);
        CHECK(split.message.text == "text;more");
    }
}

TEST_CASE("anchors that are missing or do not hold") {
    struct Case {
        std::string block;
        bool found;
    };
    const Case cases[] = {
        {task + ";;" + time_text + ";ERROR;" + execution, true},
        {";;" + time_text + ";ERROR;" + execution, true},
        {"(null);(null);" + time_text + ";ERROR;" + execution, true},
        {task + ";" + app + ";06.05.2024 07:08;ERROR;" + execution, true},
        {task + ";" + app + ";06.05.2024 07:08;ERROR;", true},
        {task + ";" + app + ";" + time_text + ";ERROR;", true},
        {task + ";;06.05.2024 07:08;ERROR;" + execution, true},
        {"no id;no id;" + time_text + ";ERROR;" + execution, true},
        {";;" + time_text + ";ERROR;", false},
        {task + ";;06.05.2024 07:08;ERROR;", false},
        {"a;b;c;d;e", false},
    };
    for (const auto& each : cases) {
        CAPTURE(each.block);
        const Split split{"t;h;Task; a;App;LAB\\u;" + each.block + ";text"};
        CHECK((split.problem == "") == each.found);
        if (!each.found) continue;
        CHECK(split.message.task_name == "Task; a");
        CHECK(split.message.user == "LAB\\u");
        CHECK(split.message.text == "text");
        const auto& message = split.message;
        CHECK(std::string{message.task_id} + ";" + std::string{message.app_id} + ";" + std::string{message.timestamp} +
                  ";" + std::string{message.level} + ";" + std::string{message.execution_id} ==
              each.block);
    }
}

TEST_CASE("ids in a name do not mislead, even when the task's own are missing") {
    const Split split{"t;h;Copy;of;the;" + task + ";" + app + ";App;LAB\\u;;;" + time_text + ";ERROR;" + execution +
                      ";text"};
    CHECK(split.problem == "");
    CHECK(split.message.task_id == "");
    CHECK(split.message.timestamp == time_text);
    CHECK(split.message.task_name == "Copy;of;the;" + task + ";" + app);
    CHECK(split.message.text == "text");
}

TEST_CASE("ids and times in a log message do not mislead") {
    for (const std::string& text : {block + ";x", "failed after " + task + ";" + app + ";" + time_text,
                                    ";;" + time_text + ";INFO;" + execution, task + ";" + task + ";" + task}) {
        CAPTURE(text);
        const Split split{"t;h;Task; a;App;LAB\\u;" + block + ";" + text};
        CHECK(split.problem == "");
        check_block(split.message);
        CHECK(split.message.text == text);
    }
}

TEST_CASE("engine messages") {
    const std::string head = "t;h;" + app + ";s-1;LAB;";
    struct Case {
        std::string rest;
        std::string user;
        std::string timestamp;
        std::string text;
    };
    const Case cases[] = {
        {"goran;" + time_text + ";ERROR;line 45", "goran", time_text, "line 45"},
        {"goran;no time;ERROR;line 45", "goran", "no time", "line 45"},
        {"goran;" + time_text + ";ERROR;line;45;", "goran", time_text, "line;45;"},
        {"go;ran;" + time_text + ";ERROR;line 45", "go;ran", time_text, "line 45"},
        {"goran;no time;ERROR;line;45", "goran", "no time", "line;45"},
        {"goran;" + time_text + ";ERROR;at;" + time_text + ";x;y", "goran", time_text, "at;" + time_text + ";x;y"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.rest);
        const Split split{head + each.rest, split_engine};
        CHECK(split.problem == "");
        CHECK(split.message.host == "h");
        CHECK(split.message.app_id == app);
        CHECK(split.message.session_id == "s-1");
        CHECK(split.message.user_directory == "LAB");
        CHECK(split.message.user_id == each.user);
        CHECK(split.message.timestamp == each.timestamp);
        CHECK(split.message.level == "ERROR");
        CHECK(split.message.text == each.text);
    }
    CHECK(Split{"t;1;2;3;4;5;6;7", split_engine}.problem == "fewer than 9 fields");
}

TEST_CASE("session messages") {
    const Split split{"t;h;Start session;LAB;goran;10.0.0.7;AppAccess;one;two;", split_session};
    CHECK(split.problem == "");
    CHECK(split.message.host == "h");
    CHECK(split.message.command == "Start session");
    CHECK(split.message.user_directory == "LAB");
    CHECK(split.message.user_id == "goran");
    CHECK(split.message.origin == "10.0.0.7");
    CHECK(split.message.context == "AppAccess");
    CHECK(split.message.text == "one;two;");
    CHECK(Split{"t;1;2;3;4;5;6", split_session}.problem == "fewer than 8 fields");
}
