#pragma once

#include "event/event.hpp"

#include <tocsin/event.hpp>

#include <chrono>
#include <cstdint>

namespace tocsin::bench {

/// A reload failure as the source task-log makes it, with a few fields added.
inline core::Event task_failure() {
    EventDraft draft;
    draft.topic = "task.failure";
    draft.id = "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e";
    draft.message = "Reload failed: Reload sales";
    draft.level = Level::critical;
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{1'700'000'000'500'000'000}};
    draft.name = "task.failure";
    draft.task_name = "Reload sales";
    draft.tag("hostName", "sense1");
    draft.tag("user", "LAB\\operator");
    draft.tag("taskName", "Reload sales");
    draft.tag("appName", "Sales app");
    draft.tag("logLevel", "ERROR");
    draft.field("value", 97.5);
    draft.field("count", std::int64_t{42});
    return core::Event{draft.to_abi(), core::Stamp{7, Level::ok, 90'000'000'000}};
}

}  // namespace tocsin::bench
