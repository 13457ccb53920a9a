#include "route/topic_states.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::core {

TopicStates::Updated TopicStates::update(std::string_view topic, std::string_view id, Level level, std::int64_t time,
                                         std::uint64_t sequence) {
    auto& state = state_of(topic, id);
    if (state.level == Level::ok) state.left_ok = time;
    Updated updated;
    updated.stamp.sequence = sequence;
    updated.stamp.previous_level = state.level;
    updated.stamp.duration = std::max<std::int64_t>(time - state.left_ok, 0);
    updated.held_back_by = state.held_back_by;
    last_ = &state;
    last_sequence_ = sequence;
    state.level = level;
    return updated;
}

void TopicStates::restore(std::string_view topic, std::string_view id, Level level, std::int64_t left_ok) {
    auto& state = state_of(topic, id);
    state.level = level;
    state.left_ok = left_ok;
}

TopicStates::State& TopicStates::state_of(std::string_view topic, std::string_view id) {
    if (const auto found = states_.find(KeyView{topic, id}); found != states_.end()) {
        oldest_first_.splice(oldest_first_.end(), oldest_first_, found->second.seen);
        return found->second;
    }
    if (states_.size() >= most_ && !oldest_first_.empty()) {
        auto oldest = states_.extract(*oldest_first_.front());
        to_forget_.push_back(std::move(oldest.key()));
        oldest_first_.pop_front();
        evicted_.add();
    }
    const auto made = states_.emplace(Key{topic, id}, State{}).first;
    made->second.seen = oldest_first_.insert(oldest_first_.end(), &made->first);
    return made->second;
}

}  // namespace tocsin::core
