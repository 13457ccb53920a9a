#pragma once

#include "event/event.hpp"

#include <tocsin/event.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

/// What the tests of match expressions say about an event.
struct MatchTestEvent {
    Level level = Level::critical;
    Level previous_level = Level::ok;
    std::vector<std::pair<std::string_view, std::string_view>> tags = {};
    std::string_view name = "cpu";
    std::string_view task_name = "cpu_alert";

    Event make() const {
        EventDraft draft;
        draft.topic = "system";
        draft.id = "host=db1";
        draft.level = level;
        draft.name = name;
        draft.task_name = task_name;
        for (const auto& [key, value] : tags) draft.tag(key, value);
        return Event{draft.to_abi(), Stamp{1, previous_level, 0}};
    }
};

}  // namespace tocsin::core
