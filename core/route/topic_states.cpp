#include "route/topic_states.hpp"

#include <algorithm>

namespace tocsin::core {

Stamp TopicStates::update(std::string_view topic, std::string_view id, Level level, std::int64_t time) {
    auto& state = state_of(topic, id);
    if (state.level == Level::ok) state.left_ok = time;
    Stamp stamp;
    stamp.sequence = ++sequence_;
    stamp.previous_level = state.level;
    stamp.duration = std::max<std::int64_t>(time - state.left_ok, 0);
    state.level = level;
    return stamp;
}

TopicStates::State& TopicStates::state_of(std::string_view topic, std::string_view id) {
    if (const auto found = states_.find(KeyView{topic, id}); found != states_.end()) {
        oldest_first_.splice(oldest_first_.end(), oldest_first_, found->second.seen);
        return found->second;
    }
    if (states_.size() >= most_ && !oldest_first_.empty()) {
        states_.erase(*oldest_first_.front());
        oldest_first_.pop_front();
        evicted_.add();
    }
    const auto made = states_.emplace(Key{topic, id}, State{}).first;
    made->second.seen = oldest_first_.insert(oldest_first_.end(), &made->first);
    return made->second;
}

}  // namespace tocsin::core
