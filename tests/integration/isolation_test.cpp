// One bad neighbour at a time beside a healthy broker: meanwhile all that is sent arrives there, and memory is bounded.
#include "counts.hpp"
#include "support/healthy_site.hpp"
#include "support/neighbours.hpp"
#include "support/sanitizer.hpp"
#include "support/silent_name_server.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>
#include <utility>

using namespace tocsin::testing;

namespace {

constexpr unsigned at_once = 5;
constexpr unsigned fewest_events = 300;

/// Far longer than a delivery takes, and far shorter than a look-up, a call or a connection may hang.
constexpr std::chrono::seconds liveness{5};

/// More than the 100 deliveries of 200 kB that a broker takes at once, and less than those of all events.
constexpr std::size_t most_growth = 48 * 1024 * 1024;

/// Sends until the router has run into the neighbour, but no less than `fewest_events`; each few have to arrive at the
/// healthy broker before the next are sent.
void deliver_beside(Neighbour neighbour) {
    HealthySite site{std::move(neighbour)};
    REQUIRE(site.deliver(at_once, liveness));
    const auto before = site.router().process().peak_memory();
    REQUIRE(wait_until([&] {
        REQUIRE(site.deliver(at_once, liveness));
        return site.sent() >= fewest_events && site.neighbour().met(site.router());
    }));
    const auto after = site.router().process().peak_memory();
    INFO("most resident bytes: ", before, " before, ", after, " after ", site.sent(), " events");
    CHECK(after < before + tocsin::testing::memory_factor * most_growth);
    CHECK(site.fault().empty());
    CHECK(site.router().stop().code == 0);
    check_counts(site.router());
}

}  // namespace

TEST_CASE("a broker that refuses") { deliver_beside(refusing_broker()); }

TEST_CASE("a broker behind a black hole") { deliver_beside(black_holed_broker()); }

TEST_CASE("a broker that accepts and is silent") { deliver_beside(silent_broker()); }

TEST_CASE("a broker that is silent in the TLS handshake") { deliver_beside(tls_silent_broker()); }

TEST_CASE("brokers whose names nobody looks up") {
    if (const auto lacking = SilentNameServer::lacking(); !lacking.empty())
        std::cout << "SKIPPED: brokers whose names nobody looks up: " << lacking << std::endl;
    else
        deliver_beside(brokers_without_name_server());
}

TEST_CASE("a broker that is stopped, with a full socket") { deliver_beside(stopped_broker()); }

TEST_CASE("a broker that takes one message a second") { deliver_beside(broker_of_one_message_a_second()); }

TEST_CASE("a broker that closes after each CONNECT") { deliver_beside(broker_closing_after_connect()); }

TEST_CASE("49 dead brokers of 50") { deliver_beside(dead_brokers()); }

TEST_CASE("a sink that blocks in submit") { deliver_beside(blocking_sink()); }

TEST_CASE("a sink that never answers") { deliver_beside(fixture_sink("never_answers")); }

TEST_CASE("a sink that throws in submit") { deliver_beside(fixture_sink("throws_in_submit")); }

TEST_CASE("a sink that answers twice") { deliver_beside(fixture_sink("answers_twice")); }

TEST_CASE("a sink that answers what nobody knows") { deliver_beside(fixture_sink("answers_what_nobody_knows")); }

TEST_CASE("a sink that answers after its stop") { deliver_beside(fixture_sink("answers_after_stop")); }
