#include "testing/fake_host.hpp"
#include "testing/mosquitto.hpp"
#include "testing/scripted_broker.hpp"
#include "testing/wait.hpp"

#include <tocsin/abi.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

extern "C" const tocsin_plugin_descriptor tocsin_plugin;

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::FakeHost;
using testing::Mosquitto;
using testing::Packet;
using testing::ScriptedBroker;
using testing::Subscriber;
using testing::Texts;
using testing::wait_until;

namespace {

const std::string broker_closed = "broker closed the connection: each time this was sent, the last time alone";

/// Submits what is to be retried again, as the host does: the same event, one attempt more, another ticket, in order,
/// when there is a connection.
class Handler {
  public:
    Handler(const Texts& broker, const Texts& options)
        : host{*tocsin_plugin.sinks[0], broker}, binding_{host.bind(options)} {
        host.start();
    }

    void add(const std::string& payload) { waiting_.push_back({++sequences_, payload, 0}); }

    /// Until every one has ended, as far as the limit goes. Returns whether all have.
    bool run() {
        return wait_until(
            [&] {
                settle();
                if (host.max_in_flight() == 0) return false;
                while (!waiting_.empty() && open_.size() < host.max_in_flight()) submit();
                return waiting_.empty() && open_.empty();
            },
            60s);
    }

    FakeHost host;
    std::vector<std::string> delivered;
    std::map<std::string, std::string> rejected;  ///< payload and reason
    unsigned attempts_of_rejected = 0;

  private:
    struct Event {
        std::uint64_t sequence;
        std::string payload;
        std::uint32_t attempts;
    };

    void submit() {
        auto event = waiting_.front();
        waiting_.erase(waiting_.begin());
        ++event.attempts;
        open_[host.submit(binding_, "t", event.payload, {}, event.sequence)] = event;
    }

    void settle() {
        const auto answers = host.answers();
        for (; seen_ < answers.size(); ++seen_) {
            const auto event = open_.at(answers[seen_].ticket);
            open_.erase(answers[seen_].ticket);
            if (answers[seen_].outcome == TOCSIN_DELIVERED) delivered.push_back(event.payload);
            if (answers[seen_].outcome == TOCSIN_RETRY) waiting_.push_back(event);
            if (answers[seen_].outcome != TOCSIN_REJECTED) continue;
            rejected[event.payload] = answers[seen_].reason;
            attempts_of_rejected = event.attempts;
        }
        std::sort(waiting_.begin(), waiting_.end(),
                  [](const Event& one, const Event& other) { return one.sequence < other.sequence; });
    }

    void* binding_;
    std::uint64_t sequences_ = 0;
    std::size_t seen_ = 0;
    std::vector<Event> waiting_;
    std::map<std::uint64_t, Event> open_;
};

/// Acknowledges at QoS 1, and closes the connection when `closes` says so.
ScriptedBroker::Script closing(std::function<bool(const Packet&)> closes) {
    return [closes = std::move(closes)](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return "\x20\2\0\0"s;
        if (!packet.is_publish()) return "";
        if (closes(packet)) return std::nullopt;
        return packet.qos() == 0 ? ""s : "\x40\2" + packet.identifier();
    };
}

/// The payloads of the publishes of one connection, one a line.
std::string sent_on(const ScriptedBroker& broker, int connection) {
    std::string payloads;
    for (const auto& packet : broker.packets())
        if (packet.is_publish() && packet.connection == connection) payloads += packet.body.substr(5) + "\n";
    return payloads;
}

const Texts fast{{"reconnect-max", "200ms"}};

Texts at(const std::string& url, Texts more = fast) {
    more["url"] = url;
    return more;
}

}  // namespace

TEST_CASE("a publish at which a real broker closes the connection is rejected in the end, all others arrive") {
    // Mosquitto closes the connection of an MQTT 3.1.1 client at a packet above this size.
    Mosquitto broker{"allow_anonymous true\nmax_packet_size 300\n"};
    Handler handler{at(broker.url()), {{"qos", "1"}}};
    const std::string poison(1000, 'x');
    std::set<std::string> good;
    for (int i = 0; i < 30; ++i) {
        if (i == 10) handler.add(poison);
        good.insert("good " + std::to_string(i));
        handler.add("good " + std::to_string(i));
    }
    Subscriber subscriber{broker};
    REQUIRE(handler.run());
    CHECK(handler.rejected == std::map<std::string, std::string>{{poison, broker_closed}});
    CHECK(std::set<std::string>{handler.delivered.begin(), handler.delivered.end()} == good);
    CHECK(handler.attempts_of_rejected <= 6);
    CHECK(wait_until([&] {
        std::set<std::string> arrived;
        for (const auto& line : subscriber.lines()) arrived.insert(line.substr(6));
        return arrived == good;
    }));
    handler.host.stop();
    CHECK(handler.host.violations().empty());
}

TEST_CASE("the suspect is sent alone before it is given up") {
    // Everything is under way at the first two losses.
    ScriptedBroker broker{[](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return "\x20\2\0\0"s;
        if (!packet.is_publish()) return "";
        if (packet.holds(packet.connection < 3 ? "good 4" : "poison")) return std::nullopt;
        return packet.connection < 3 ? "" : "\x40\2" + packet.identifier();
    }};
    Handler handler{at(broker.url()), {{"qos", "1"}}};
    handler.add("poison");
    for (int i = 0; i < 5; ++i) handler.add("good " + std::to_string(i));
    REQUIRE(handler.run());
    CHECK(handler.rejected.count("poison") == 1);
    CHECK(handler.delivered.size() == 5);
    CHECK(handler.attempts_of_rejected == 4);  // sent three times, and rejected when it came again
    CHECK(sent_on(broker, 3) == "poison\n");
    CHECK(sent_on(broker, 4).find("poison") == std::string::npos);
    CHECK(broker.connections() == 4);
}

TEST_CASE("several poisonous ones, and acknowledgements lost with the connection") {
    // The acknowledgement of what comes right before a poisonous one is never sent.
    ScriptedBroker broker{[](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return "\x20\2\0\0"s;
        if (!packet.is_publish()) return "";
        if (packet.holds("poison")) return std::nullopt;
        if (packet.holds("before") && packet.connection <= 2) return "";
        return "\x40\2" + packet.identifier();
    }};
    Handler handler{at(broker.url()), {{"qos", "1"}}};
    for (const char* payload : {"before 1", "poison 1", "good 1", "before 2", "poison 2", "good 2", "good 3"})
        handler.add(payload);
    REQUIRE(handler.run());
    CHECK(handler.rejected ==
          std::map<std::string, std::string>{{"poison 1", broker_closed}, {"poison 2", broker_closed}});
    CHECK(handler.delivered.size() == 5);
}

TEST_CASE("a broker that is killed and restarted again and again makes no dead letters of what it had not answered") {
    // Never answers, so that something is open at each kill; what is killed is the listener too.
    Mosquitto broker;
    Handler handler{at(broker.url()), {{"qos", "2"}}};
    for (int round = 0; round < 4; ++round) {
        REQUIRE(wait_until([&] { return handler.host.max_in_flight() > 0; }));
        broker.freeze();
        handler.add("innocent " + std::to_string(round));
        const auto open = handler.host.held();
        std::thread running{[&] { CHECK(handler.run()); }};
        CHECK(wait_until([&] { return handler.host.held() > open; }));
        broker.kill();
        CHECK(wait_until([&] { return handler.host.max_in_flight() == 0; }));
        const auto refused = [&] {
            std::size_t count = 0;
            for (const auto& line : handler.host.log())
                count += line.text.find("Connection refused") != std::string::npos;
            return count;
        };
        CHECK(wait_until([&] { return refused() > static_cast<std::size_t>(round); }));
        broker.start();
        running.join();
    }
    CHECK(handler.rejected.empty());
    CHECK(handler.delivered.size() == 4);
}

TEST_CASE("a broker that closes now and then delivers everything in the end") {
    int publishes = 0;
    ScriptedBroker broker{closing([&](const Packet&) { return ++publishes % 7 == 0; })};
    Handler handler{at(broker.url()), {{"qos", "1"}}};
    for (int i = 0; i < 40; ++i) handler.add("good " + std::to_string(i));
    REQUIRE(handler.run());
    CHECK(handler.rejected.empty());
    CHECK(std::set<std::string>{handler.delivered.begin(), handler.delivered.end()}.size() == 40);
}

TEST_CASE("an MQTT 5 broker that says it closes for another reason is not the publish's doing") {
    int closed = 0;
    ScriptedBroker broker{[&](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return "\x20\3\0\0\0"s;
        if (!packet.is_publish()) return "";
        if (++closed <= 6) return "\xe0\1\x89"s;  // server busy
        return "\x40\2" + packet.identifier();
    }};
    auto options = at(broker.url());
    options["protocol"] = "5";
    Handler handler{options, {{"qos", "1"}}};
    handler.add("innocent");
    REQUIRE(handler.run());
    CHECK(handler.rejected.empty());
    CHECK(handler.delivered.size() == 1);
}

TEST_CASE("an MQTT 5 broker that says the publish is why is believed no sooner than another") {
    ScriptedBroker broker{[&](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return "\x20\3\0\0\0"s;
        if (!packet.is_publish()) return "";
        if (packet.holds("poison")) return "\xe0\1\x99"s;
        return "\x40\2" + packet.identifier();
    }};
    auto options = at(broker.url());
    options["protocol"] = "5";
    Handler handler{options, {{"qos", "1"}}};
    for (const char* payload : {"good 1", "poison", "good 2"}) handler.add(payload);
    REQUIRE(handler.run());
    CHECK(handler.rejected == std::map<std::string, std::string>{{"poison", broker_closed}});
    CHECK(handler.delivered.size() == 2);
}
