#include "route/topic_states.hpp"

#include <doctest/doctest.h>

using namespace tocsin::core;
using tocsin::Level;

namespace {

struct States : TopicStates {
    using TopicStates::TopicStates;
    std::uint64_t sequence = 0;

    Stamp update(std::string_view topic, std::string_view id, Level level, std::int64_t time) {
        return TopicStates::update(topic, id, level, time, ++sequence).stamp;
    }
};

}  // namespace

TEST_CASE("the first event of an id comes from OK") {
    States states{10};
    const auto stamp = states.update("t", "a", Level::critical, 100);
    CHECK(stamp.sequence == 1);
    CHECK(stamp.previous_level == Level::ok);
    CHECK(stamp.duration == 0);
}

TEST_CASE("level and duration are kept per alert topic and id") {
    States states{10};
    states.update("t", "a", Level::critical, 100);
    states.update("t", "b", Level::info, 150);
    states.update("u", "a", Level::warning, 160);
    const auto repeat = states.update("t", "a", Level::critical, 300);
    CHECK(repeat.previous_level == Level::critical);
    CHECK(repeat.duration == 200);
    const auto recovery = states.update("t", "a", Level::ok, 400);
    CHECK(recovery.previous_level == Level::critical);
    CHECK(recovery.duration == 300);
    CHECK(states.update("t", "a", Level::ok, 500).duration == 0);
    CHECK(states.update("t", "a", Level::warning, 600).duration == 0);
    CHECK(states.update("t", "b", Level::info, 650).previous_level == Level::info);
    CHECK(states.update("u", "a", Level::info, 660).previous_level == Level::warning);
}

TEST_CASE("an event older than its id's first gives no negative duration") {
    States states{10};
    states.update("t", "a", Level::critical, 100);
    CHECK(states.update("t", "a", Level::critical, 50).duration == 0);
}

TEST_CASE("the id not seen for the longest time is evicted and counted") {
    States states{2};
    states.update("t", "a", Level::critical, 1);
    states.update("t", "b", Level::critical, 2);
    states.update("t", "a", Level::critical, 3);
    states.update("t", "c", Level::critical, 4);
    CHECK(states.size() == 2);
    CHECK(states.evicted() == 1);
    CHECK(states.update("t", "a", Level::critical, 5).previous_level == Level::critical);
    CHECK(states.update("t", "b", Level::critical, 6).previous_level == Level::ok);
}
