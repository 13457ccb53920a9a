#pragma once

#include "base/counter.hpp"
#include "event/event.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tocsin::core {

/// The last state of every event id of every alert topic. Not thread-safe.
class TopicStates {
  public:
    /// At most `most` ids are kept; the one not seen for the longest time leaves first, counted.
    explicit TopicStates(std::size_t most) : most_{most} {}

    struct Updated {
        Stamp stamp;
        std::uint64_t held_back_by = 0;  ///< the last event of the id that was marked with `mark_held`; 0: none
    };
    /// Notes the event with that sequence number and tells what came before it.
    Updated update(std::string_view topic, std::string_view id, Level level, std::int64_t time, std::uint64_t sequence);

    /// The event updated last is held back, and so are those of its id that come after it.
    void mark_held() noexcept { last_->held_back_by = last_sequence_; }

    /// Puts back what was known before a restart. `left_ok`: time of the event with which the id left OK.
    void restore(std::string_view topic, std::string_view id, Level level, std::int64_t left_ok);

    /// The ids that were evicted since the last call, with their alert topics.
    std::vector<std::pair<std::string, std::string>> take_evicted() { return std::exchange(to_forget_, {}); }

    std::size_t size() const noexcept { return states_.size(); }
    std::uint64_t evicted() const noexcept { return evicted_.value(); }

  private:
    using Key = std::pair<std::string, std::string>;
    using KeyView = std::pair<std::string_view, std::string_view>;
    struct Hash {
        using is_transparent = void;
        template <class Pair>
        std::size_t operator()(const Pair& key) const noexcept {
            const std::hash<std::string_view> hash;
            return hash(key.first) * 31 + hash(key.second);
        }
    };
    struct Equal {
        using is_transparent = void;
        template <class Left, class Right>
        bool operator()(const Left& left, const Right& right) const noexcept {
            return std::string_view{left.first} == right.first && std::string_view{left.second} == right.second;
        }
    };
    struct State {
        Level level = Level::ok;
        std::int64_t left_ok = 0;
        std::uint64_t held_back_by = 0;
        std::list<const Key*>::iterator seen;
    };

    State& state_of(std::string_view topic, std::string_view id);

    std::size_t most_;
    State* last_ = nullptr;
    std::uint64_t last_sequence_ = 0;
    std::unordered_map<Key, State, Hash, Equal> states_;
    std::list<const Key*> oldest_first_;
    std::vector<std::pair<std::string, std::string>> to_forget_;
    Counter evicted_;
};

}  // namespace tocsin::core
