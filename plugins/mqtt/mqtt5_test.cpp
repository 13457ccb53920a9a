#include "testing/fake_host.hpp"
#include "testing/mosquitto.hpp"
#include "testing/scripted_broker.hpp"
#include "testing/wait.hpp"

#include <tocsin/abi.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
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

const tocsin_sink_kind& kind() { return *tocsin_plugin.sinks[0]; }

bool connected(const FakeHost& host) {
    return wait_until([&] { return host.max_in_flight() > 0; });
}

void ends_well(FakeHost& host) {
    host.stop();
    CHECK(host.violations().empty());
    CHECK(host.held() == 0);
}

Texts v5(const std::string& url, Texts more = {}) {
    more["url"] = url;
    more["protocol"] = "5";
    return more;
}

/// The outcome of one delivery and its reason.
std::string outcome(FakeHost& host, void* binding, const std::string& topic, const std::string& payload,
                    const std::string& properties = {}) {
    const auto ticket = host.submit(binding, topic, payload, properties);
    std::string text = "none";
    CHECK(wait_until([&] {
        for (const auto& answer : host.answers())
            if (answer.ticket == ticket) {
                const char* const names[] = {"delivered", "retry", "rejected"};
                text = names[answer.outcome] + (answer.reason.empty() ? "" : ": " + answer.reason);
                return true;
            }
        return false;
    }));
    return text;
}

constexpr const char* accepted = "\x20\3\0\0\0";
const std::string accepted_packet{accepted, 5};

/// Takes every connection with `connack` and answers each publish of QoS 1 with the code in `code`.
ScriptedBroker::Script answering(std::string connack, std::string code) {
    return [=](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return connack;
        if (!packet.is_publish() || packet.qos() == 0) return "";
        const char type = packet.qos() == 1 ? '\x40' : '\x50';
        return std::string{type} + static_cast<char>(2 + code.size()) + packet.identifier() + code;
    };
}

std::string refusal(FakeHost& host) {
    try {
        host.check(10s);
    } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        return text.substr(text.find(": ") + 2);
    }
    return "none";
}

}  // namespace

TEST_CASE("MQTT 5: every QoS, retained, message expiry and user properties arrive") {
    Mosquitto broker;
    FakeHost host{kind(), v5(broker.url())};
    CHECK(refusal(host) == "none");
    auto* most = host.bind({});
    auto* least = host.bind({{"qos", "1"}, {"message-expiry", "90s"}, {"user-properties", "{}"}});
    auto* once = host.bind({{"qos", "2"}, {"retained", "true"}, {"message-expiry", "1500ms"}});
    host.start();
    REQUIRE(connected(host));
    Subscriber subscriber{broker, {"-V", "5", "-F", "%q %r %t %p [%E] [%P]"}};
    CHECK(outcome(host, most, "a", "one") == "delivered");
    CHECK(outcome(host, least, "b", "two", R"({"z":"1","host":"sense \"1\" å","":""})") == "delivered");
    CHECK(outcome(host, once, "c", "three") == "delivered");
    CHECK(wait_until([&] { return subscriber.lines().size() == 3; }));
    const auto lines = subscriber.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "0 0 a one [] []");
    CHECK(lines[1] == "1 0 b two [90] [z:1 host:sense \"1\" å :]");
    CHECK(lines[2] == "2 0 c three [2] []");  // whole seconds, rounded up
    ends_well(host);
    CHECK(wait_until([&] { return broker.logged("Client plant disconnected."); }));
}

TEST_CASE("MQTT 5 keeps the order of many, and large payloads whole") {
    Mosquitto broker;
    FakeHost host{kind(), v5(broker.url())};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    CHECK(host.max_in_flight() == 20);  // mosquitto's Receive Maximum
    Subscriber subscriber{broker};
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < 2000; ++i) {
        REQUIRE(wait_until([&] { return host.held() < 20; }));
        host.submit(binding, "n", std::to_string(i));
        expected.push_back("1 0 n " + std::to_string(i));
    }
    REQUIRE(wait_until([&] { return host.held() < 20; }));
    expected.push_back("1 0 big " + std::string(300'000, 'x'));
    host.submit(binding, "big", std::string(300'000, 'x'));
    CHECK(wait_until([&] { return subscriber.lines().size() == expected.size(); }));
    CHECK(subscriber.lines() == expected);
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == expected.size(); }));
    ends_well(host);
}

TEST_CASE("a publish the broker does not allow: MQTT 3.1.1 cannot tell, MQTT 5 rejects it with the reason") {
    testing::TemporaryFolder folder;
    testing::write_file(folder.file("acl"), "topic readwrite allowed/#\n");
    Mosquitto broker{"allow_anonymous true\nacl_file " + folder.file("acl") + "\n"};
    for (const char* qos : {"1", "2"}) {
        FakeHost old{kind(), {{"url", broker.url()}}, "old"};
        auto* old_binding = old.bind({{"qos", qos}});
        FakeHost host{kind(), v5(broker.url())};
        auto* binding = host.bind({{"qos", qos}});
        old.start();
        host.start();
        REQUIRE(connected(old));
        REQUIRE(connected(host));
        CHECK(outcome(old, old_binding, "forbidden", "x") == "delivered");
        CHECK(outcome(host, binding, "forbidden", "x") == "rejected: the broker answers not authorized (0x87)");
        CHECK(outcome(host, binding, "allowed/a", "x") == "delivered");  // 0x10: nobody has subscribed
        CHECK_FALSE(host.logged("lost"));
        ends_well(old);
        ends_well(host);
    }
    CHECK(wait_until([&] { return broker.logged("Denied PUBLISH from old"); }));
}

TEST_CASE("what CONNACK allows is respected: largest packet, receive maximum, QoS, retain") {
    {
        Mosquitto broker{"allow_anonymous true\nmax_packet_size 200\nmax_inflight_messages 5\n"};
        FakeHost host{kind(), v5(broker.url())};
        auto* binding = host.bind({{"qos", "1"}, {"user-properties", "{}"}});
        host.start();
        REQUIRE(connected(host));
        CHECK(host.max_in_flight() == 5);
        // Fixed header 3, topic 2 + 1, identifier 2, properties 1, payload.
        CHECK(outcome(host, binding, "a", std::string(191, 'x')) == "delivered");
        CHECK(outcome(host, binding, "a", std::string(192, 'x')) ==
              "rejected: the message has 201 bytes, the broker takes 200 at most (Maximum Packet Size)");
        CHECK(outcome(host, binding, "a", std::string(100, 'x'), R"({"k":")" + std::string(85, 'y') + "\"}") ==
              "delivered");
        CHECK(outcome(host, binding, "a", std::string(100, 'x'), R"({"k":")" + std::string(86, 'y') + "\"}")
                  .find("rejected: the message has 201 bytes") == 0);
        CHECK_FALSE(host.logged("lost"));
        ends_well(host);
    }
    Mosquitto broker{"max_qos 1\nallow_anonymous true\nretain_available false\n"};
    FakeHost host{kind(), v5(broker.url())};
    auto* binding = host.bind({{"qos", "2"}, {"retained", "true"}});
    host.start();
    REQUIRE(connected(host));
    Subscriber subscriber{broker, {"-V", "5", "-q", "1"}};
    CHECK(outcome(host, binding, "a", "x") == "delivered");
    CHECK(wait_until([&] { return subscriber.lines() == std::vector<std::string>{"1 0 a x"}; }));
    CHECK(host.logged("the broker takes QoS 1 at most"));
    CHECK(host.logged("the broker retains no messages"));
    ends_well(host);
}

TEST_CASE("a real broker's own limit on payloads") {
    Mosquitto broker{"allow_anonymous true\nmessage_size_limit 10\n"};
    FakeHost host{kind(), v5(broker.url())};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    CHECK(outcome(host, binding, "a", "01234567890") == "rejected: the broker answers packet too large (0x95)");
    CHECK(outcome(host, binding, "a", "0123456789") == "delivered");
    ends_well(host);
}

TEST_CASE("outcomes by reason code, with the broker's own words") {
    struct Case {
        std::string code;
        std::string outcome;
    };
    const Case cases[] = {
        {"", "delivered"},
        {"\0"s, "delivered"},
        {"\x10"s, "delivered"},
        {"\x80", "retry: the broker answers unspecified error (0x80)"},
        {"\x83", "retry: the broker answers implementation specific error (0x83)"},
        {"\x87", "rejected: the broker answers not authorized (0x87)"},
        {"\x90", "rejected: the broker answers topic name invalid (0x90)"},
        {"\x91", "retry: the broker answers packet identifier in use (0x91)"},
        {"\x95", "rejected: the broker answers packet too large (0x95)"},
        {"\x97", "retry: the broker answers quota exceeded (0x97)"},
        {"\x99", "rejected: the broker answers payload format invalid (0x99)"},
        {"\xfe", "retry: the broker answers reason code 0xfe"},
        {"\x87\x08\x1f\0\5n\no\x1b!"s, "rejected: the broker answers not authorized (0x87), it says: n?o?!"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.outcome);
        ScriptedBroker broker{answering(accepted_packet, one.code)};
        FakeHost host{kind(), v5(broker.url())};
        auto* least = host.bind({{"qos", "1"}});
        auto* once = host.bind({{"qos", "2"}});
        host.start();
        REQUIRE(connected(host));
        CHECK(outcome(host, least, "a", "x") == one.outcome);
        if (one.outcome != "delivered") CHECK(outcome(host, once, "a", "x") == one.outcome);
        CHECK(broker.connections() == 1);
        ends_well(host);
    }
}

TEST_CASE("why a broker does not let us in, in its own words") {
    struct Case {
        std::string connack;
        std::string reason;
    };
    const Case cases[] = {
        {"\x20\2\0\1"s, "refused by the broker: it does not speak MQTT 5; write protocol = \"3.1.1\""},
        {"\x20\3\0\x84\0"s, "refused by the broker: it does not speak MQTT 5; write protocol = \"3.1.1\""},
        {"\x20\3\0\x85\0"s, "refused by the broker: the client identifier is rejected (client-id) (0x85)"},
        {"\x20\3\0\x86\0"s, "refused by the broker: bad user name or password (0x86)"},
        {"\x20\2\0\x87"s, "refused by the broker: not authorized (0x87)"},
        {"\x20\x15\0\x9c\x12\x1f\0\4full\x1c\0\x08other:18"s,
         "refused by the broker: use another server (0x9c), it says: full; use the server other:18"},
        {"\x20\1\0"s, "the broker sent a CONNACK that is too short"},
        {"\x20\4\0\0\5\0"s, "the broker sent a CONNACK with broken properties"},
        {"hello"s, "the broker sent a packet that a publisher does not expect"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.reason);
        ScriptedBroker broker{[&](const Packet&) { return one.connack; }};
        FakeHost checked{kind(), v5(broker.url())};
        CHECK(refusal(checked) == one.reason);
        FakeHost started{kind(), v5(broker.url())};
        started.start();
        CHECK(wait_until([&] { return started.logged("cannot connect to " + broker.url() + ": " + one.reason); }));
        ends_well(started);
    }
}

TEST_CASE("a broker that says goodbye is told with its reason, and what it says at the connection too") {
    ScriptedBroker broker{[](const Packet& packet) -> std::optional<std::string> {
        if (packet.is_connect()) return "\x20\x0c\0\0\x09\x1f\0\6hi\x1b[0m"s;
        return "\xe0\x0b\x8b\x09\x1f\0\6by\ne\xff."s;
    }};
    FakeHost host{kind(), v5(broker.url())};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    CHECK(host.logged("the broker says: hi?[0m"));
    host.submit(binding, "a", "x");
    CHECK(wait_until([&] {
        return host.logged("lost the connection to " + broker.url() +
                           ": the broker closed it: server shutting down (0x8b), it says: by?e?.");
    }));
    CHECK(wait_until([&] { return host.count(TOCSIN_RETRY) == 1; }));
    ends_well(host);
}

TEST_CASE("a broker that wants to be pinged more often is") {
    Mosquitto broker{"allow_anonymous true\nmax_keepalive 10\n"};
    FakeHost host{kind(), v5(broker.url())};
    host.start();
    REQUIRE(connected(host));
    CHECK(wait_until([&] { return broker.logged("as plant (p5, c1, k10)."); }));
    ends_well(host);
}

TEST_CASE("garbage from a broker is one connection's trouble") {
    for (const auto& garbage :
         {"\x40\4\0\1\x87\x7f"s, "\x40\1\0"s, "\xff\xff\xff\xff\xff"s, "\x20\3\0\0\0"s + "\x10\0"s}) {
        ScriptedBroker broker{[&](const Packet& packet) -> std::optional<std::string> {
            return packet.is_connect() ? accepted_packet : garbage;
        }};
        FakeHost host{kind(), v5(broker.url())};
        auto* binding = host.bind({{"qos", "1"}});
        host.start();
        REQUIRE(connected(host));
        host.submit(binding, "a", "x");
        CHECK(wait_until([&] { return host.logged("the connection broke: the broker sent "); }));
        CHECK(wait_until([&] { return host.count(TOCSIN_RETRY) == 1; }));
        ends_well(host);
    }
}

TEST_CASE("a broker that acknowledges what it likes is one connection's trouble") {
    const auto repeated = [](const std::string& one) { return one + one; };
    for (const char* qos : {"1", "2"})
        for (int kind_of_answer = 0; kind_of_answer < 3; ++kind_of_answer) {
            ScriptedBroker broker{[&](const Packet& packet) -> std::optional<std::string> {
                if (packet.is_connect()) return accepted_packet;
                if (!packet.is_publish()) return "";
                const auto answer = [&](char first) { return first + "\2"s + packet.identifier(); };
                if (kind_of_answer == 0) return "\x40\2\x77\x77"s;
                if (kind_of_answer == 1) return answer(packet.qos() == 1 ? '\x50' : '\x40');
                return packet.qos() == 1 ? repeated(answer('\x40')) : answer('\x50') + answer('\x70') + answer('\x70');
            }};
            FakeHost host{kind(), v5(broker.url())};
            auto* binding = host.bind({{"qos", qos}});
            host.start();
            REQUIRE(connected(host));
            host.submit(binding, "a", "x");
            CHECK(wait_until([&] { return host.logged("the broker sent an acknowledgement that nothing waits for"); }));
            CHECK(wait_until([&] { return host.answers().size() == 1; }));
            CHECK(host.count(TOCSIN_DELIVERED) == (qos == "1"s && kind_of_answer == 2 ? 1 : 0));
            ends_well(host);
        }
}

TEST_CASE("what MQTT 5 alone has is a mistake with a broker of 3.1.1") {
    const auto mistake = [](const Texts& broker, const Texts& handler) -> std::string {
        FakeHost host{kind(), broker};
        try {
            host.bind(handler);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    };
    const std::string needs =
        ": needs MQTT 5, and the broker \"plant\" is spoken to in 3.1.1: write protocol = \"5\" in its section";
    const Texts old{{"url", "tcp://localhost"}};
    CHECK(mistake(old, {{"message-expiry", "5s"}}) == "handler.yaml:1:17: options.message-expiry" + needs);
    CHECK(mistake(old, {{"user-properties", "{}"}}) == "handler.yaml:2:18: options.user-properties" + needs);
    CHECK(mistake(old, {{"message-expiry", "5s"}, {"user-properties", "{}"}}) ==
          "handler.yaml:1:17: options.message-expiry" + needs + "\nhandler.yaml:3:18: options.user-properties" + needs);
    CHECK(mistake(old, {{"qos", "1"}}) == "none");
    CHECK(mistake(v5("tcp://localhost"), {{"message-expiry", "5s"}, {"user-properties", "{}"}}) == "none");
}

TEST_CASE("user properties that cannot be sent reject that delivery only") {
    Mosquitto broker;
    FakeHost host{kind(), v5(broker.url())};
    auto* binding = host.bind({{"qos", "1"}, {"user-properties", "{}"}});
    host.start();
    REQUIRE(connected(host));
    CHECK(outcome(host, binding, "a", "x", R"({"a":"\u0000"})") ==
          "rejected: the value of a user property contains a NUL character");
    CHECK(outcome(host, binding, "a", "x", R"({"a":")" + std::string(65536, 'x') + "\"}") ==
          "rejected: the value of a user property is longer than 65,535 bytes");
    CHECK(outcome(host, binding, "a", "x", R"({"a":"b"})") == "delivered");
    ends_well(host);
}

TEST_CASE("a broker's defaults hold for handlers that do not say") {
    Mosquitto broker;
    for (const char* protocol : {"3.1.1", "5"}) {
        FakeHost host{kind(), {{"url", broker.url()}, {"protocol", protocol}, {"qos", "1"}, {"retained", "true"}}};
        auto* silent = host.bind({});
        auto* other = host.bind({{"qos", "at-most-once"}, {"retained", "false"}});
        host.start();
        REQUIRE(connected(host));
        Subscriber subscriber{broker, {"-V", "5", "--retain-as-published"}};
        CHECK(outcome(host, silent, "a", "x") == "delivered");
        CHECK(outcome(host, other, "b", "y") == "delivered");
        const auto count = [&](const char* line) {
            const auto lines = subscriber.lines();
            return std::count(lines.begin(), lines.end(), line);
        };
        CHECK(wait_until([&] { return count("0 0 b y") == 1; }));
        CHECK(count("1 1 a x") >= 1);  // in the second round it is retained from the first
        ends_well(host);
    }
}
