#include "gate.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace task_log;
using namespace std::chrono_literals;

TEST_CASE("a gate is open until paused or held") {
    Gate gate;
    CHECK(gate.wait(0s) == Gate::State::open);
    gate.pause();
    CHECK(gate.wait(1ms) == Gate::State::closed);
    gate.resume();
    CHECK(gate.wait(0s) == Gate::State::open);
    gate.hold(gate.resumes());
    CHECK(gate.wait(1ms) == Gate::State::closed);
    gate.resume();
    CHECK(gate.wait(0s) == Gate::State::open);
}

TEST_CASE("a resume between the look and the hold is not lost") {
    Gate gate;
    const auto seen = gate.resumes();
    gate.resume();
    gate.hold(seen);
    CHECK(gate.wait(0s) == Gate::State::open);
}

TEST_CASE("stop goes before everything") {
    Gate gate;
    gate.pause();
    gate.stop();
    CHECK(gate.is_stopped());
    CHECK(gate.wait(1h) == Gate::State::stopped);
    gate.resume();
    CHECK(gate.wait(1h) == Gate::State::stopped);
    gate.rest(1h);
}

TEST_CASE("who waits is woken") {
    Gate gate;
    gate.pause();
    Gate::State first{};
    Gate::State second{};
    std::thread reader{[&] {
        first = gate.wait(1h);
        gate.pause();
        second = gate.wait(1h);
        gate.leave();
    }};
    gate.wait_until_parked(1h);
    gate.resume();
    gate.stop();
    reader.join();
    CHECK((first == Gate::State::open || first == Gate::State::stopped));
    CHECK(second == Gate::State::stopped);
    gate.wait_until_parked(1h);
}

TEST_CASE("waiting for a reader that does not park ends") {
    Gate gate;
    gate.wait_until_parked(1ms);
    CHECK_FALSE(gate.is_stopped());
}
