#pragma once

#include <string>
#include <string_view>

/// Messages as Qlik Sense's log4net appenders send them.
namespace task_log::test {

inline constexpr std::string_view failed_sample =
    R"(/scheduler-reload-failed/;sense1;Reload sales;Sales app;LAB\goran;7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;ERROR;00000001-1111-4222-8333-444444444444;Max retries reached)";
inline constexpr std::string_view aborted_sample =
    R"(/scheduler-task-aborted/;sense1;T5;App;LAB\goran;7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;INFO;00000005-1111-4222-8333-444444444444;Execution State Change to Aborting)";
inline constexpr std::string_view success_sample =
    R"(/scheduler-task-success//;sense1;T6;App;LAB\goran;7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;INFO;00000006-1111-4222-8333-444444444444;Execution State Change to FinishedSuccess)";
inline constexpr std::string_view engine_sample =
    R"(/engine-reload-failed/;sense1;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;s-1;LAB;goran;2024-05-06 07:08:09,123;ERROR;Script line 45)";
inline constexpr std::string_view session_sample =
    R"(/qseow-proxy-session/;sense1;Start session;LAB;goran;10.0.0.7;AppAccess;Session started; all well)";

/// A message of its own for each number.
inline std::string failed(int execution) {
    return "/scheduler-task-failed/;h;T;A;u;i;j;2024-05-06 07:08:09;l;e" + std::to_string(execution) + ";m";
}

}  // namespace task_log::test
