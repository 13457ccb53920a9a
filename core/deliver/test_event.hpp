#pragma once

#include "event/event.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin::core {

inline EventPtr test_event(std::string_view id, std::uint64_t sequence) {
    EventDraft draft;
    draft.topic = "test";
    draft.id = id;
    draft.message = "message";
    Stamp stamp;
    stamp.sequence = sequence;
    return std::make_shared<const Event>(draft.to_abi(), stamp);
}

}  // namespace tocsin::core
