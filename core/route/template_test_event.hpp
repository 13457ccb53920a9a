#pragma once

#include "event/event.hpp"

#include <tocsin/event.hpp>

#include <chrono>
#include <cstdint>

namespace tocsin::core {

/// The event of the template and payload tests. Change it, and what Go prints for it has to be found out again.
inline EventDraft template_test_draft() {
    EventDraft draft;
    draft.topic = "system";
    draft.id = "id/1+#";
    draft.message = "disk \"full\" <90%> å\n";
    draft.level = Level::critical;
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{1700000000500000000}};
    draft.name = "cpu";
    draft.task_name = "t1";
    draft.group = "nil";
    draft.tag("host", "db1");
    draft.tag("b", "2");
    draft.tag("empty", "");
    draft.field("value", 1.5);
    draft.field("count", std::int64_t{42});
    draft.field("up", true);
    draft.field("text", "hey");
    draft.field("big", 1e21);
    draft.field("million", 1e6);
    draft.field("zero", std::int64_t{0});
    return draft;
}

inline Event template_test_event() {
    return Event{template_test_draft().to_abi(), Stamp{7, Level::warning, 90'000'000'000}};
}

}  // namespace tocsin::core
