#pragma once

#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/wait.hpp"

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tocsin::testing {

/// "000000nn-1111-4222-8333-444444444444"
inline std::string guid(unsigned number) {
    char text[40];
    std::snprintf(text, sizeof text, "%08x-1111-4222-8333-444444444444", number);
    return text;
}

/// One scheduler line of the task log, as a Sense server sends it.
struct TaskLine {
    std::string type = "/scheduler-reload-failed/";
    std::string host = "sense1";
    std::string task_name = "Reload sales";
    std::string app_name = "Sales app";
    std::string user = "LAB\\goran";
    std::string task_id = "7552d9fc-d1bb-4975-9a38-18357de531ea";
    std::string app_id = "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e";
    std::string time = "2024-05-06 07:08:09,123";
    std::string level = "ERROR";
    std::string execution_id = guid(1);
    std::string message = "Max retries reached";

    std::string text() const {
        return type + ';' + host + ';' + task_name + ';' + app_name + ';' + user + ';' + task_id + ';' + app_id + ';' +
               time + ';' + level + ';' + execution_id + ';' + message;
    }
};

inline const TaskLine failed_line{};

inline const TaskLine aborted_line{.type = "/scheduler-task-aborted/",
                                   .task_name = "T5",
                                   .app_name = "App",
                                   .level = "INFO",
                                   .execution_id = guid(5),
                                   .message = "Execution State Change to Aborting"};

inline const TaskLine success_line{.type = "/scheduler-task-success//",
                                   .task_name = "T6",
                                   .app_name = "App",
                                   .level = "INFO",
                                   .execution_id = guid(6),
                                   .message = "Execution State Change to FinishedSuccess"};

inline const std::string engine_line =
    "/engine-reload-failed/;sense1;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;s-1;LAB;goran;2024-05-06 "
    "07:08:09,123;ERROR;Script line 45";

inline const std::string session_start_line =
    "/qseow-proxy-session/;sense1;Start session;LAB;goran;AppAccess;/hub;a message; with a semicolon";

inline const std::string session_stop_line =
    "/qseow-proxy-session/;sense1;Stop session;LAB;goran;AppAccess;/hub;a message; with a semicolon";

/// A handler file of the sink `log` for all task events; what it wrote tells what the router has taken so far.
inline std::string diary_handler(const std::filesystem::path& file) {
    return "id: diary\ntopic: qlik.*\nkind: log\noptions:\n  path: " + file.string() + "\n";
}

/// Waits until the diary holds `count` lines; throws when it does not.
inline std::vector<std::string> wait_for_diary(const std::filesystem::path& file, std::size_t count) {
    std::vector<std::string> lines;
    if (!wait_until([&] { return (lines = lines_of(read_text(file))).size() >= count; }))
        throw std::runtime_error{"only " + std::to_string(lines.size()) + " of " + std::to_string(count) +
                                 " events came in"};
    return lines;
}

}  // namespace tocsin::testing
