#include "dedupe.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <string>
#include <utility>

using namespace task_log;
using namespace std::chrono_literals;

namespace {
const Dedupe::Time start{1h};
}

TEST_CASE("an execution is known with its outcome for the window") {
    Dedupe dedupe{10min};
    CHECK_FALSE(dedupe.knows("e1", "failed", start));
    CHECK_FALSE(dedupe.knows("e1", "failed", start));
    dedupe.remember("e1", "failed", start);
    CHECK(dedupe.knows("e1", "failed", start));
    CHECK(dedupe.knows("e1", "failed", start + 10min - 1ns));
    CHECK_FALSE(dedupe.knows("e1", "success", start));
    CHECK_FALSE(dedupe.knows("e2", "failed", start));
    CHECK_FALSE(dedupe.knows("e1", "failed", start + 10min));
    CHECK(dedupe.size() == 0);
}

TEST_CASE("being asked for or told again does not prolong the window") {
    Dedupe dedupe{10min};
    dedupe.remember("e1", "failed", start);
    CHECK(dedupe.knows("e1", "failed", start + 9min));
    dedupe.remember("e1", "failed", start + 9min);
    CHECK(dedupe.size() == 1);
    CHECK_FALSE(dedupe.knows("e1", "failed", start + 10min));
}

TEST_CASE("outcome and id do not run into each other") {
    Dedupe dedupe{10min};
    dedupe.remember("ed", "fail", start);
    CHECK_FALSE(dedupe.knows("", "failed", start));
    CHECK_FALSE(dedupe.knows("d", "faile", start));
}

TEST_CASE("executions without an id are never known") {
    Dedupe dedupe{10min};
    for (const auto* none : {"", "00000000-0000-0000-0000-000000000000"}) {
        dedupe.remember(none, "failed", start);
        CHECK_FALSE(dedupe.knows(none, "failed", start));
    }
    CHECK(dedupe.size() == 0);
}

TEST_CASE("a window of 0 and a capacity of 0 turn it off") {
    for (auto dedupe : {Dedupe{0ns}, Dedupe{10min, 0}}) {
        dedupe.remember("e1", "failed", start);
        CHECK_FALSE(dedupe.knows("e1", "failed", start));
        CHECK(dedupe.size() == 0);
    }
}

TEST_CASE("the oldest leave when it is full") {
    Dedupe dedupe{10min, 3};
    for (int i = 0; i < 5; ++i) dedupe.remember("e" + std::to_string(i), "failed", start + i * 1s);
    CHECK(dedupe.size() == 3);
    for (int i = 0; i < 5; ++i) CHECK(dedupe.knows("e" + std::to_string(i), "failed", start + 5s) == (i >= 2));
}

TEST_CASE("it stays within its capacity under a flood, and empties with time") {
    Dedupe dedupe{10min};
    for (int i = 0; i < 50'000; ++i) dedupe.remember("e" + std::to_string(i), "failed", start);
    CHECK(dedupe.size() == Dedupe::default_capacity);
    CHECK(dedupe.knows("e49999", "failed", start));
    CHECK(dedupe.knows("e40000", "failed", start));
    CHECK_FALSE(dedupe.knows("e39999", "failed", start));
    CHECK_FALSE(dedupe.knows("e49999", "failed", start + 10min));
    CHECK(dedupe.size() == 0);
}

TEST_CASE("it agrees with a plain list whatever comes, again and again, sooner or later") {
    constexpr std::size_t capacity = 200;
    Dedupe dedupe{1min, capacity};
    std::deque<std::pair<std::string, Dedupe::Time>> list;
    std::minstd_rand random{7};
    auto now = start;
    for (int i = 0; i < 50'000; ++i) {
        now += std::chrono::milliseconds{random() % (i / 5'000 % 2 == 0 ? 300 : 3'000)};
        const auto id = "e" + std::to_string(random() % 400);
        while (!list.empty() && now - list.front().second >= 1min) list.pop_front();
        bool in_list = false;
        for (const auto& [known, when] : list) in_list = in_list || known == id;
        REQUIRE(dedupe.knows(id, "failed", now) == in_list);
        REQUIRE(dedupe.size() == list.size());
        if (random() % 3 == 0) continue;
        dedupe.remember(id, "failed", now);
        if (in_list) continue;
        if (list.size() >= capacity) list.pop_front();
        list.emplace_back(id, now);
    }
}
