#include "broker_log.hpp"
#include "kill_oracle.hpp"
#include "order.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tocsin::soak;

namespace {

using Level = Load::Level;

/// Two ids by turns. The router is killed once, when it has read the first six; `steady/3` and `shaky/4` are in its
/// file.
const std::vector<Load::Sent> sent{{0, Level::critical}, {1, Level::ok}, {0, Level::critical}, {1, Level::warning},
                                   {0, Level::critical}, {1, Level::ok}, {0, Level::ok},       {1, Level::warning}};
const std::vector<Kill> kills{{6, {{{"steady", 3}, {"shaky", 4}}, 4}, false}};

Arrival arrival(const std::string& handler, unsigned number, unsigned life) {
    return {handler, number, 0, "life-" + std::to_string(life), true};
}

/// All is as it must be, and 5, which nobody had committed, is lost.
std::vector<Arrival> sound() {
    std::vector<Arrival> all;
    for (const unsigned number : {0U, 1U, 2U, 3U, 4U, 6U, 7U}) {
        const unsigned life = number < 6 ? 0 : 1;
        all.push_back(arrival("steady", number, life));
        all.push_back(arrival("shaky", number, number == 4 ? 1 : life));
        // 7: its id was told WARNING with 3 last, for 5 is lost.
        if (number == 0 || number == 3 || number == 6) all.push_back(arrival("changes", number, life));
    }
    return all;
}

std::vector<std::string> faults_in(const std::vector<Arrival>& arrivals) {
    KillOracle oracle{sent, kills};
    oracle.judge(arrivals);
    return oracle.faults();
}

std::vector<Arrival> without(const std::string& handler, unsigned number) {
    auto all = sound();
    std::erase_if(all, [&](const Arrival& one) { return one.handler == handler && one.number == number; });
    return all;
}

std::vector<Arrival> with(const Arrival& more) {
    auto all = sound();
    all.push_back(more);
    return all;
}

bool has(const std::vector<std::string>& faults, const std::string& text) {
    for (const auto& fault : faults)
        if (fault.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("what a kill may cost is counted and is no fault") {
    KillOracle oracle{sent, kills};
    auto arrivals = sound();
    arrivals.insert(arrivals.end() - 6, arrival("steady", 3, 1));
    oracle.judge(arrivals);
    CHECK(oracle.faults() == std::vector<std::string>{});
    CHECK(oracle.lost() == 1);
    CHECK(oracle.most_lost_at_once() == 1);
    CHECK(oracle.doubled() == 1);
    CHECK(oracle.doubled_after_confirmation() == 1);
}

TEST_CASE("the judge of kills sees every fault") {
    struct Case {
        std::vector<Arrival> arrivals;
        std::string fault;
    };
    const std::vector<Case> cases{
        {without("steady", 7), "lost, and no router was killed that had read it: steady/7"},
        {without("shaky", 1), "lost, and a newer one was committed: shaky/1"},
        {without("shaky", 4), "lost, and it was committed: shaky/4"},
        {without("steady", 3), "a change that came only to some handlers: /3"},
        {without("changes", 6), "a change, and said to be none: /6"},
        {with(arrival("changes", 7, 1)), "said to be a change, and is none: /7"},
        {with(arrival("steady", 7, 1)), "doubled, and nobody was killed: steady/7"},
        {with(arrival("steady", 2, 1)), "doubled, and it was not in the file: steady/2"},
        {with(arrival("steady", 5, 1)), "behind a newer one of its id: steady/5"},
        {with(arrival("steady", 3, 1)), "not the newest of its id: steady/3"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.fault);
        CHECK(has(faults_in(one.arrivals), one.fault));
    }
    KillOracle oracle{sent, kills};
    oracle.judge(without("shaky", 4));
    CHECK(oracle.lost_committed() == 1);
    const std::vector<Kill> stops{{kills[0].first_unread, kills[0].committed, true}};
    KillOracle of_stops{sent, stops};
    of_stops.judge(sound());
    CHECK(has(of_stops.faults(), "lost, and the router was not killed: steady/5"));
    CHECK(faults_in(sound()) == std::vector<std::string>{});
}

TEST_CASE("more losses and repeats than the time of commits explains are a fault") {
    constexpr unsigned many = 3001;
    const std::vector<Load::Sent> all(2 * many, {0, Level::ok});
    std::vector<Arrival> arrivals;
    for (unsigned number = many; number < all.size(); ++number)
        for (const char* handler : {"steady", "shaky"}) arrivals.push_back(arrival(handler, number, 1));
    const std::vector<Kill> nothing_in_file{{many, {}, false}};
    KillOracle losses{all, nothing_in_file};
    losses.judge(arrivals);
    CHECK(has(losses.faults(), "too many lost: 3001 at half of the kills"));

    arrivals.clear();
    std::vector<Kill> all_in_file{{many, {}, false}};
    for (const char* handler : {"steady", "shaky"}) {
        for (unsigned number = 0; number < many; ++number) {
            arrivals.push_back(arrival(handler, number, 0));
            all_in_file.front().committed.deliveries.insert({handler, number});
        }
        for (unsigned number = 0; number < all.size(); ++number) arrivals.push_back(arrival(handler, number, 1));
    }
    KillOracle repeats{all, all_in_file};
    repeats.judge(arrivals);
    CHECK(has(repeats.faults(), "too many doubled that were confirmed: 6002"));
    CHECK(repeats.faults().size() == 1);
    CHECK(repeats.most_behind_confirmed() == many - 1);
}

TEST_CASE("mosquitto's log is read as far as it was acknowledged") {
    const auto arrivals = read_broker_log(
        "1: mosquitto version 2.0.11 starting\n"
        "1: New client connected from 127.0.0.1:1 as a (p2, c1, k30).\n"
        "1: Received PUBLISH from a (d0, q0, r0, m0, 'zero/x/1', ... (3 bytes))\n"
        "1: Received PUBLISH from a (d0, q1, r0, m1, 'one/x/y/2', ... (3 bytes))\n"
        "1: Sending PUBACK to a (m1, rc0)\n"
        "1: Received PUBLISH from a (d0, q2, r0, m2, 'two/3', ... (3 bytes))\n"
        "1: Sending PUBREC to a (m2, rc0)\n"
        "1: Received PUBREL from a (Mid: 2)\n"
        "1: Sending PUBCOMP to a (m2)\n"
        "1: Received PUBLISH from a (d0, q2, r0, m3, 'two/4', ... (3 bytes))\n"
        "1: Received PUBLISH from a (d0, q1, r0, m4, 'one/5', ... (3 bytes))\n"
        "2: mosquitto version 2.0.11 starting\n"
        "2: New client connected from 127.0.0.1:2 as a (p2, c1, k30).\n"
        "2: Received PUBREL from a (Mid: 3)\n"
        "2: Received PUBLISH from b (d0, q1, r0, m4, 'one/5', ... (3 bytes))\n"
        "2: Sending PUBACK to b (m4, rc0)\n"
        "2: Received PUBLISH from b (d0, q1, r0, m5, 'half a li");
    struct Expected {
        const char* handler;
        unsigned number;
        unsigned life;
        const char* client;
        bool confirmed;
    };
    const std::vector<Expected> expected{
        {"zero", 1, 0, "a", false}, {"one", 2, 0, "a", true}, {"two", 3, 0, "a", true},
        {"one", 5, 0, "a", false},  {"one", 5, 1, "b", true},
    };
    REQUIRE(arrivals.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CHECK(arrivals[i].handler == expected[i].handler);
        CHECK(arrivals[i].number == expected[i].number);
        CHECK(arrivals[i].life == expected[i].life);
        CHECK(arrivals[i].client == expected[i].client);
        CHECK(arrivals[i].confirmed == expected[i].confirmed);
    }
    CHECK_THROWS(read_broker_log("1: Received PUBLISH from a (d0, q1, r0, m1, 'one/x', ... (3 bytes))\n"));
}
