#include "testing/fake_broker.hpp"
#include "testing/fake_host.hpp"
#include "testing/mosquitto.hpp"
#include "testing/wait.hpp"

#include <tocsin/abi.h>

#include <MQTTAsync.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" const tocsin_plugin_descriptor tocsin_plugin;

using namespace std::chrono_literals;
using testing::FakeBroker;
using testing::FakeHost;
using testing::Mosquitto;
using testing::Subscriber;
using testing::Texts;
using testing::wait_until;

namespace {

const tocsin_sink_kind& kind() { return *tocsin_plugin.sinks[0]; }

bool connected(const FakeHost& host) {
    return wait_until([&] { return host.max_in_flight() > 0; });
}

std::string reason_of_failed_check(FakeHost& host, std::chrono::milliseconds timeout) {
    try {
        host.check(timeout);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

std::vector<std::uint64_t> tickets_in_order(const FakeHost& host) {
    std::vector<std::uint64_t> tickets;
    for (const auto& answer : host.answers()) tickets.push_back(answer.ticket);
    return tickets;
}

void ends_well(FakeHost& host) {
    host.stop();
    CHECK(host.violations().empty());
    CHECK(host.held() == 0);
}

}  // namespace

TEST_CASE("describes itself") {
    CHECK(tocsin::view(tocsin_plugin.name) == "mqtt");
    CHECK(kind().flags == TOCSIN_SINK_NON_BLOCKING);
    CHECK(kind().max_in_flight == 0);
}

TEST_CASE("publishes at every QoS, retained or not, also nothing, in order") {
    Mosquitto broker;
    FakeHost host{kind(), {{"url", broker.url()}, {"window", "7"}}};
    auto* most = host.bind({{"qos", "0"}});
    auto* least = host.bind({{"qos", "at-least-once"}});
    auto* once = host.bind({{"qos", "exactly-one"}, {"retained", "true"}});
    host.start();
    REQUIRE(connected(host));
    CHECK(host.max_in_flight() == 7);
    CHECK(host.logged("connected to " + broker.url()));
    Subscriber subscriber{broker};
    host.submit(most, "a", "one");
    host.submit(least, "a/b", "two");
    host.submit(least, "empty", "");
    CHECK(wait_until([&] { return subscriber.lines().size() == 3; }));
    host.submit(once, "a/c", "three");  // its second handshake would let others overtake it
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == 4; }));
    CHECK(wait_until([&] { return subscriber.lines().size() == 4; }));
    CHECK(subscriber.lines() == std::vector<std::string>{"0 0 a one", "1 0 a/b two", "1 0 empty ", "2 0 a/c three"});
    Subscriber late{broker};
    CHECK(wait_until([&] { return !late.lines().empty(); }));
    CHECK(late.lines() == std::vector<std::string>{"2 1 a/c three"});
    ends_well(host);
    CHECK(wait_until([&] { return broker.logged("Client plant disconnected."); }));
}

TEST_CASE("keeps the order of many, and large payloads whole") {
    Mosquitto broker;
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    Subscriber subscriber{broker};
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < 2000; ++i) {
        REQUIRE(wait_until([&] { return host.held() < 100; }));
        host.submit(binding, "n", std::to_string(i));
        expected.push_back("1 0 n " + std::to_string(i));
    }
    expected.push_back("1 0 big " + std::string(300'000, 'x'));
    host.submit(binding, "big", std::string(300'000, 'x'));
    CHECK(wait_until([&] { return subscriber.lines().size() == expected.size(); }));
    CHECK(subscriber.lines() == expected);
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == expected.size(); }));
    ends_well(host);
}

TEST_CASE("no more than mosquitto's limit is under way at QoS 2") {
    FakeBroker broker{0};
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* binding = host.bind({{"qos", "2"}});
    host.start();
    REQUIRE(connected(host));
    for (int i = 0; i < 30; ++i) host.submit(binding, "a", "payload " + std::to_string(i) + ".");
    CHECK(wait_until([&] { return broker.received().find("payload 19.") != std::string::npos; }));
    ends_well(host);
    CHECK(wait_until([&] { return broker.received().find("\xe0") != std::string::npos; }));  // DISCONNECT
    CHECK(broker.received().find("payload 20.") == std::string::npos);
    CHECK(host.count(TOCSIN_RETRY) == 30);
}

TEST_CASE("a broker that is down at the start is reached once it is there, and again after it was killed") {
    Mosquitto broker;
    broker.kill();
    FakeHost host{kind(), {{"url", broker.url()}, {"reconnect-max", "200ms"}}};
    auto* binding = host.bind({{"qos", "2"}});
    host.start();
    CHECK(wait_until([&] { return host.logged("cannot connect to " + broker.url() + ": Connection refused"); }));
    CHECK(host.max_in_flight() == 0);
    broker.start();
    REQUIRE(connected(host));
    host.submit(binding, "a", "one");
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == 1; }));
    broker.kill();
    CHECK(wait_until([&] { return host.logged("lost the connection to " + broker.url()); }));
    CHECK(wait_until([&] { return host.max_in_flight() == 0; }));
    const auto early = host.submit(binding, "a", "while away");
    CHECK(wait_until([&] { return host.count(TOCSIN_RETRY) == 1; }));
    CHECK(host.answers().back().ticket == early);
    broker.start();
    REQUIRE(connected(host));
    host.submit(binding, "a", "two");
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == 2; }));
    ends_well(host);
}

TEST_CASE("what is open when the connection breaks is to be retried, in the order it was submitted") {
    FakeBroker broker{0};
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* least = host.bind({{"qos", "1"}});
    auto* once = host.bind({{"qos", "2"}});
    host.start();
    REQUIRE(connected(host));
    for (int i = 0; i < 20; ++i) host.submit(i % 2 == 0 ? least : once, "a", "payload " + std::to_string(i));
    CHECK(wait_until([&] { return broker.received().find("payload 19") != std::string::npos; }));
    CHECK(host.answers().empty());
    broker.close_connections();
    REQUIRE(wait_until([&] { return host.count(TOCSIN_RETRY) == 20; }));
    std::vector<std::uint64_t> expected;
    for (std::uint64_t ticket = 1; ticket <= 20; ++ticket) expected.push_back(ticket);
    CHECK(tickets_in_order(host) == expected);
    CHECK(wait_until([&] { return broker.connections() >= 2; }));
    ends_well(host);
}

TEST_CASE("a broker that does not answer a publish in time is left and tried anew") {
    FakeBroker broker{0};
    FakeHost host{kind(), {{"url", broker.url()}, {"ack-timeout", "1s"}}};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    host.submit(binding, "a", "one");
    host.submit(binding, "a", std::string(3'000'000, 'x'));  // over the byte limit: waits behind the first
    CHECK(wait_until([&] { return host.count(TOCSIN_RETRY) == 2; }));
    CHECK(host.logged("no answer to a publish within 1 s"));
    CHECK(broker.received().size() < 1'000'000);
    REQUIRE(wait_until([&] { return broker.connections() >= 2; }));
    REQUIRE(connected(host));
    ends_well(host);
}

TEST_CASE("QoS 0 is delivered once it is written") {
    FakeBroker broker{0};
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* binding = host.bind({});
    host.start();
    REQUIRE(connected(host));
    host.submit(binding, "a", "one");
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == 1; }));
    CHECK(wait_until([&] { return broker.received().find("one") != std::string::npos; }));
    ends_well(host);
}

TEST_CASE("a topic that cannot be sent is rejected, and only that") {
    Mosquitto broker;
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    host.submit(binding, std::string{"a\0b", 3}, "x");
    host.submit(binding, "a\xff", "x");
    host.submit(binding, "a", "x");
    CHECK(wait_until([&] { return host.answers().size() == 3; }));
    CHECK(host.count(TOCSIN_REJECTED) == 2);
    CHECK(host.count(TOCSIN_DELIVERED) == 1);
    CHECK_FALSE(host.logged("lost"));
    ends_well(host);
}

TEST_CASE("user and password; a refusal is logged with its reason and without the password") {
    testing::TemporaryFolder folder;
    testing::run({"mosquitto_passwd", "-b", "-c", folder.file("users"), "tocsin", "right"});
    Mosquitto broker{"allow_anonymous false\npassword_file " + folder.file("users") + "\n"};
    FakeHost good{kind(), {{"url", broker.url()}, {"username", "tocsin"}, {"password", "right"}}};
    auto* binding = good.bind({{"qos", "1"}});
    CHECK(reason_of_failed_check(good, 5s) == "none");
    good.start();
    REQUIRE(connected(good));
    Subscriber subscriber{broker, {"-u", "tocsin", "-P", "right"}};
    good.submit(binding, "a", "one");
    CHECK(wait_until([&] { return subscriber.lines().size() == 1; }));

    FakeHost bad{kind(), {{"url", broker.url()}, {"username", "tocsin"}, {"password", "geheim"}}, "bad"};
    CHECK(reason_of_failed_check(bad, 5s).find("refused by the broker: not authorised") != std::string::npos);
    bad.start();
    CHECK(wait_until([&] { return bad.logged("refused by the broker: not authorised"); }));
    CHECK_FALSE(bad.logged("geheim"));
    ends_well(bad);
    ends_well(good);
}

TEST_CASE("a check says what is wrong within its time") {
    FakeBroker mute{FakeBroker::mute};
    FakeHost host{kind(), {{"url", mute.url()}}};
    const auto start = std::chrono::steady_clock::now();
    CHECK(reason_of_failed_check(host, 200ms) == mute.url() + ": no answer within 0.2 s");
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    const auto port = testing::free_port();
    FakeHost nobody{kind(), {{"url", "tcp://127.0.0.1:" + std::to_string(port)}}};
    CHECK(reason_of_failed_check(nobody, 5s).find("Connection refused") != std::string::npos);
}

TEST_CASE("a broker that never answers is told as that, and does not keep a stop") {
    FakeBroker mute{FakeBroker::mute};
    FakeHost host{kind(), {{"url", mute.url()}, {"connect-timeout", "1s"}}};
    host.start();
    CHECK(wait_until([&] { return host.logged("no answer within 1 s"); }));
    CHECK(wait_until([&] { return mute.connections() >= 2; }));
    const auto start = std::chrono::steady_clock::now();
    ends_well(host);
    CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("a stop lets answers under way arrive, and has the rest retried") {
    Mosquitto broker;
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* binding = host.bind({{"qos", "2"}});
    host.start();
    REQUIRE(connected(host));
    for (int i = 0; i < 50; ++i) host.submit(binding, "a", "x");
    ends_well(host);
    CHECK(host.count(TOCSIN_DELIVERED) == 50);

    FakeBroker silent{0};
    FakeHost other{kind(), {{"url", silent.url()}}};
    auto* silent_binding = other.bind({{"qos", "1"}});
    other.start();
    REQUIRE(connected(other));
    for (int i = 0; i < 50; ++i) other.submit(silent_binding, "a", "x");
    ends_well(other);
    CHECK(other.count(TOCSIN_RETRY) == 50);
}

TEST_CASE("a stop is in time although Paho hangs, and nothing is said afterwards") {
    FakeBroker silent{0};
    FakeHost host{kind(), {{"url", silent.url()}}};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    for (int i = 0; i < 10; ++i) host.submit(binding, "a", "x");

    // Another client whose callback does not return: Paho's global lock is held meanwhile.
    struct Block {
        std::promise<void> entered;
        std::promise<void> release;
    } block;
    MQTTAsync client = nullptr;
    const auto nowhere = "tcp://127.0.0.1:" + std::to_string(testing::free_port());
    REQUIRE(MQTTAsync_create(&client, nowhere.c_str(), "block", MQTTCLIENT_PERSISTENCE_NONE, nullptr) == 0);
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    options.context = &block;
    options.onFailure = [](void* context, MQTTAsync_failureData*) {
        auto& block = *static_cast<Block*>(context);
        block.entered.set_value();
        block.release.get_future().wait();
    };
    REQUIRE(MQTTAsync_connect(client, &options) == 0);
    REQUIRE(block.entered.get_future().wait_for(10s) == std::future_status::ready);

    const auto start = std::chrono::steady_clock::now();
    host.stop(300ms);
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(host.count(TOCSIN_RETRY) == 10);
    CHECK(host.held() == 0);
    block.release.set_value();
    MQTTAsync_destroy(&client);
    CHECK(wait_until([&] { return silent.received().find("\xe0") != std::string::npos; }));  // DISCONNECT came
    CHECK(host.violations().empty());
}

TEST_CASE("one broker's trouble is not another's") {
    Mosquitto broker;
    FakeHost host{kind(), {{"url", broker.url()}}};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(connected(host));
    const auto closed = "tcp://127.0.0.1:" + std::to_string(testing::free_port());
    FakeBroker mute{FakeBroker::mute};
    std::vector<std::unique_ptr<FakeHost>> dead;
    for (int i = 0; i < 20; ++i) {
        dead.push_back(std::make_unique<FakeHost>(
            kind(),
            Texts{{"url", i % 2 == 0 ? closed : mute.url()}, {"reconnect-max", "100ms"}, {"connect-timeout", "1s"}}));
        dead.back()->start();
    }
    std::vector<std::chrono::nanoseconds> latencies;
    for (std::size_t i = 1; i <= 200; ++i) {
        const auto start = std::chrono::steady_clock::now();
        host.submit(binding, "a", "x");
        REQUIRE(wait_until([&] { return host.count(TOCSIN_DELIVERED) == i; }));
        latencies.push_back(std::chrono::steady_clock::now() - start);
    }
    std::sort(latencies.begin(), latencies.end());
    INFO(latencies[latencies.size() / 2].count());
    CHECK(latencies[latencies.size() / 2] < 100ms);
    for (auto& one : dead) {
        one->stop();
        CHECK(one->violations().empty());
    }
    ends_well(host);
}

TEST_CASE("a proxy in the environment is not used") {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    Mosquitto broker;
    FakeHost host{kind(), {{"url", broker.url()}}};
    CHECK(host.logged("http_proxy is taken out of the environment"));
    CHECK(::getenv("http_proxy") == nullptr);
    host.start();
    CHECK(connected(host));
    ends_well(host);
}
