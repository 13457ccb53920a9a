#include "link.hpp"
#include "testing/certificates.hpp"
#include "testing/fake_broker.hpp"
#include "testing/fake_host.hpp"
#include "testing/mosquitto.hpp"
#include "testing/wait.hpp"

#include <tocsin/abi.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

extern "C" const tocsin_plugin_descriptor tocsin_plugin;

using namespace std::chrono_literals;
using testing::Certificates;
using testing::FakeBroker;
using testing::FakeHost;
using testing::Mosquitto;
using testing::Subscriber;
using testing::Texts;
using testing::wait_until;

namespace {

/// A mosquitto that speaks WebSocket at its port, and plain MQTT at another for subscribers.
struct WebsocketBroker {
    explicit WebsocketBroker(const std::string& listener = "")
        : plain{std::to_string(testing::free_port())},
          broker{"protocol websockets\n" + listener + "listener " + plain + " 127.0.0.1\nallow_anonymous true\n"} {}

    std::string url(const std::string& scheme, const std::string& rest = "") const {
        return scheme + "://localhost:" + std::to_string(broker.port()) + rest;
    }

    std::string plain;
    Mosquitto broker;
};

std::string reason_of_failed_check(const Texts& options) {
    FakeHost host{*tocsin_plugin.sinks[0], options};
    try {
        host.check(10s);
    } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        return text.substr(text.find(": ") + 2);
    }
    return "none";
}

/// Checks the connection, then publishes small and large at every QoS and has a subscriber see it.
void publishes(const WebsocketBroker& broker, const Texts& options) {
    CHECK(reason_of_failed_check(options) == "none");
    FakeHost host{*tocsin_plugin.sinks[0], options};
    const std::vector<std::string> payloads{"small", std::string(200, 'm'), std::string(100'000, 'l'), ""};
    Subscriber subscriber{broker.broker, {"-p", broker.plain}};
    std::vector<std::pair<std::string, void*>> bindings;
    for (const char* qos : {"0", "1", "2"}) bindings.emplace_back(qos, host.bind({{"qos", qos}}));
    host.start();
    REQUIRE(wait_until([&] { return host.max_in_flight() > 0; }));
    CHECK(host.logged("connected to " + options.at("url")));
    std::vector<std::string> expected;
    for (const auto& [qos, binding] : bindings) {
        for (const auto& payload : payloads) {
            host.submit(binding, "a", payload);
            expected.push_back(qos + " 0 a " + payload);
            REQUIRE(wait_until([&] { return host.count(TOCSIN_DELIVERED) == expected.size(); }));
        }
    }
    CHECK(wait_until([&] { return subscriber.lines() == expected; }));
    host.stop();
    CHECK(host.violations().empty());
    CHECK(host.held() == 0);
    CHECK(wait_until([&] { return broker.broker.logged("Client plant disconnected."); }));
    CHECK_FALSE(broker.broker.logged("plant closed its connection"));
}

/// Connects to the loopback interface.
int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return socket;
}

}  // namespace

TEST_CASE("ws: both protocols, against mosquitto") {
    for (const char* protocol : {"3.1.1", "5"}) {
        const WebsocketBroker broker;
        publishes(broker, {{"url", broker.url("ws", "/mqtt")}, {"protocol", protocol}});
    }
}

TEST_CASE("wss and ssl: both protocols, and the certificate is checked in the same way") {
    Certificates made;
    made.issue("broker", "DNS:localhost,IP:127.0.0.1");
    made.issue("other", "DNS:other.example");
    made.issue("old", "DNS:localhost", std::chrono::year{2020} / 1 / 2);
    for (const char* protocol : {"3.1.1", "5"}) {
        const WebsocketBroker broker{made.listener("broker")};
        publishes(broker, {{"url", broker.url("wss", "/mqtt")}, {"ssl-ca", made.authority()}, {"protocol", protocol}});
        CHECK(reason_of_failed_check({{"url", broker.url("wss")}, {"protocol", protocol}})
                  .find("the broker's certificate is not accepted: ") == 0);
        Mosquitto tls{"allow_anonymous true\n" + made.listener("broker")};
        const auto at = [&](const std::string& host) { return "ssl://" + host + ":" + std::to_string(tls.port()); };
        CHECK(reason_of_failed_check(
                  {{"url", at("localhost")}, {"ssl-ca", made.authority()}, {"protocol", protocol}}) == "none");
        CHECK(reason_of_failed_check(
                  {{"url", at("127.0.0.1")}, {"ssl-ca", made.authority()}, {"protocol", protocol}}) == "none");
    }
    struct Case {
        const char* certificate;
        std::string reason;
    };
    for (const auto& one : {Case{"other", "the broker's certificate is not for 'localhost'"},
                            {"old", "the broker's certificate is not accepted: certificate has expired"}}) {
        const WebsocketBroker broker{made.listener(one.certificate)};
        CHECK(reason_of_failed_check({{"url", broker.url("wss")}, {"ssl-ca", made.authority()}}) == one.reason);
        FakeHost host{*tocsin_plugin.sinks[0], {{"url", broker.url("wss")}, {"insecure-skip-verify", "true"}}};
        host.start();
        CHECK(wait_until([&] { return host.max_in_flight() > 0; }));
        CHECK(host.logged("insecure-skip-verify: the broker's certificate is not checked"));
        CHECK(host.logged("connected to " + broker.url("wss", "/mqtt") +
                          ", whose certificate is not checked (insecure-skip-verify)"));
    }
}

TEST_CASE("client certificates over a Link, and the broker's word when there is none") {
    Certificates made;
    made.issue("broker", "DNS:localhost");
    made.issue("client", "DNS:client");
    Mosquitto broker{"require_certificate true\nuse_identity_as_username true\n" + made.listener("broker")};
    Texts options{
        {"url", "ssl://localhost:" + std::to_string(broker.port())}, {"ssl-ca", made.authority()}, {"protocol", "5"}};
    CHECK(reason_of_failed_check(options).find("certificate required") != std::string::npos);
    options["ssl-cert"] = made.file("client.crt");
    options["ssl-key"] = made.file("client.key");
    CHECK(reason_of_failed_check(options) == "none");
}

TEST_CASE("why there is no WebSocket") {
    const Mosquitto plain;
    CHECK(reason_of_failed_check({{"url", "ws://127.0.0.1:" + std::to_string(plain.port())}}) ==
          "it closed the connection at the WebSocket request");
    const auto closed = std::to_string(testing::free_port());
    CHECK(reason_of_failed_check({{"url", "ws://127.0.0.1:" + closed}}) == "Connection refused");
    CHECK(reason_of_failed_check({{"url", "tcp://127.0.0.1:" + closed}, {"protocol", "5"}}) == "Connection refused");
    FakeBroker mute{FakeBroker::mute};
    CHECK(reason_of_failed_check({{"url", "ws://127.0.0.1:" + std::to_string(mute.port())}, {"connect-timeout", "1s"}})
              .find("no answer") == 0);
    const WebsocketBroker broker;
    CHECK(reason_of_failed_check({{"url", broker.url("tcp")}, {"protocol", "5"}, {"connect-timeout", "2s"}}) != "none");

    Certificates made;
    made.issue("broker", "DNS:localhost");
    const testing::TemporaryFolder folder;
    const auto port = std::to_string(testing::free_port());
    const testing::Process server{{"openssl", "s_server", "-accept", "127.0.0.1:" + port, "-www", "-cert",
                                   made.file("broker.crt"), "-key", made.file("broker.key")},
                                  folder.file("output")};
    REQUIRE(wait_until([&] { return testing::read_file(folder.file("output")).find("ACCEPT") != std::string::npos; }));
    CHECK(reason_of_failed_check({{"url", "wss://localhost:" + port + "/x"}, {"ssl-ca", made.authority()}}) ==
          "it opens no WebSocket: 'HTTP/1.0 200 ok'; look at the path in url");
}

TEST_CASE("a WebSocket broker that is killed and comes back") {
    WebsocketBroker broker;
    FakeHost host{*tocsin_plugin.sinks[0], {{"url", broker.url("ws", "/mqtt")}, {"reconnect-max", "200ms"}}};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(wait_until([&] { return host.max_in_flight() > 0; }));
    broker.broker.freeze();
    host.submit(binding, "a", "x");
    broker.broker.kill();
    CHECK(wait_until([&] { return host.count(TOCSIN_RETRY) == 1; }));
    CHECK(wait_until([&] { return host.logged("cannot connect to " + broker.url("ws", "/mqtt") + ": "); }));
    broker.broker.start();
    REQUIRE(wait_until([&] { return host.max_in_flight() > 0; }));
    host.submit(binding, "a", "x");
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == 1; }));
    host.stop();
    CHECK(host.violations().empty());
}

TEST_CASE("ALPN is offered by every way to connect") {
    Certificates made;
    made.issue("broker", "DNS:localhost");
    const testing::TemporaryFolder folder;
    const auto port = std::to_string(testing::free_port());
    const testing::Process server{
        {"stdbuf", "-oL", "openssl", "s_server", "-accept", "127.0.0.1:" + port, "-www", "-alpn", "x-amzn-mqtt-ca",
         "-cert", made.file("broker.crt"), "-key", made.file("broker.key")},
        folder.file("output")};
    const auto output = [&] { return testing::read_file(folder.file("output")); };
    REQUIRE(wait_until([&] { return output().find("ACCEPT") != std::string::npos; }));
    const auto selected = [&] {
        std::size_t count = 0;
        const std::string line = "ALPN protocols selected: x-amzn-mqtt-ca";
        const auto text = output();
        for (auto found = text.find(line); found != std::string::npos; found = text.find(line, found + 1)) ++count;
        return count;
    };
    // Paho takes up to a second to begin.
    Texts options{{"ssl-ca", made.authority()}, {"connect-timeout", "3s"}, {"alpn", "x-amzn-mqtt-ca"}};
    const auto tries = [&](const std::string& scheme, const std::string& protocol) {
        CAPTURE(scheme + protocol);
        const auto before = selected();
        options["url"] = scheme + "://localhost:" + port;
        options["protocol"] = protocol;
        // The server takes one connection after the other, and an attempt may time out in its queue.
        CHECK(wait_until([&] {
            CHECK(reason_of_failed_check(options) != "none");
            return selected() > before;
        }));
    };
    tries("ssl", "3.1.1");
    tries("ssl", "5");
    tries("wss", "3.1.1");
    tries("wss", "5");
    CHECK(output().find("ALPN protocols advertised by the client: x-amzn-mqtt-ca") != std::string::npos);
}

TEST_CASE("a Link lets in only a socket of this process") {
    FakeBroker broker{FakeBroker::mute};
    mqtt::Settings settings;
    settings.url = mqtt::parse_broker_url(broker.url());
    settings.protocol = mqtt::Protocol::v5;
    const mqtt::Link link{settings, "127.0.0.1"};
    const testing::TemporaryFolder folder;
    testing::write_file(folder.file("words"), "a stranger's words");
    // Ends when the Link closes the connection.
    testing::Process stranger{{"socat", "-t", "20", "OPEN:" + folder.file("words") + ",rdonly!!STDOUT",
                               "TCP:127.0.0.1:" + std::to_string(link.port())},
                              folder.file("output")};
    stranger.wait();
    const int own = connect_to(link.port());
    REQUIRE(::send(own, "our own", 7, MSG_NOSIGNAL) == 7);
    CHECK(wait_until([&] { return !broker.received().empty(); }));
    ::close(own);
    CHECK(broker.received() == "our own");
}

TEST_CASE("a Link ends soon although nobody connects to it and the broker is mute") {
    FakeBroker broker{FakeBroker::mute};
    mqtt::Settings settings;
    settings.connect_timeout = 300s;
    for (const char* scheme : {"tcp://", "ws://", "ssl://", "wss://"}) {
        settings.url = mqtt::parse_broker_url(scheme + std::string{"127.0.0.1:"} + std::to_string(broker.port()));
        const auto start = std::chrono::steady_clock::now();
        const auto connections = broker.connections();
        {
            const mqtt::Link link{settings, "127.0.0.1"};
            CHECK(wait_until([&] { return broker.connections() > connections; }));
        }
        CHECK(std::chrono::steady_clock::now() - start < 10s);
    }
}

TEST_CASE("a Link that cannot reach its broker keeps its port") {
    mqtt::Settings settings;
    settings.url = mqtt::parse_broker_url("ws://127.0.0.1:" + std::to_string(testing::free_port()));
    const mqtt::Link link{settings, "127.0.0.1"};
    CHECK(wait_until([&] { return link.failure() == "Connection refused"; }));
    for (int i = 0; i < 5; ++i) {
        const int own = connect_to(link.port());
        char byte = 0;
        CHECK(::recv(own, &byte, 1, 0) == 0);  // it is turned away
        ::close(own);
    }
}

TEST_CASE("a Link ends soon although the broker floods it with pings") {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    std::atomic<std::size_t> sent{0};
    std::thread broker{[&] {
        const int connection = ::accept(listener, nullptr, nullptr);
        std::string request;
        char byte = 0;
        while (request.find("\r\n\r\n") == std::string::npos && ::recv(connection, &byte, 1, 0) == 1) request += byte;
        const std::string name = "Sec-WebSocket-Key: ";
        const auto text = request.substr(request.find(name) + name.size(), 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        unsigned char digest[20];
        unsigned digest_size = 0;
        unsigned char accept[29];
        EVP_Digest(text.data(), text.size(), digest, &digest_size, EVP_sha1(), nullptr);
        EVP_EncodeBlock(accept, digest, 20);
        const auto answer = "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " +
                            std::string{reinterpret_cast<char*>(accept)} + "\r\n\r\n";
        ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
        std::string pings;
        for (int i = 0; i < 50'000; ++i) pings += std::string{"\x89\0", 2};
        // The end after a time is for a Link that never goes.
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (std::chrono::steady_clock::now() < end &&
               ::send(connection, pings.data(), pings.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(pings.size()))
            sent += pings.size();
        ::close(connection);
    }};
    mqtt::Settings settings;
    settings.connect_timeout = 30s;
    settings.url = mqtt::parse_broker_url("ws://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
    std::chrono::steady_clock::time_point start;
    {
        const mqtt::Link link{settings, "127.0.0.1"};
        const int own = connect_to(link.port());
        CHECK(wait_until([&] { return sent > 500'000; }));  // it goes on reading although nobody reads its pongs
        start = std::chrono::steady_clock::now();
        ::close(own);
    }
    CHECK(std::chrono::steady_clock::now() - start < 15s);
    broker.join();
    ::close(listener);
}

TEST_CASE("many brokers over WebSocket at once, each with its own acknowledgements") {
    // Paho's own WebSocket code would mix them up.
    const WebsocketBroker broker;
    std::vector<std::unique_ptr<FakeHost>> hosts;
    std::vector<void*> bindings;
    for (int i = 0; i < 6; ++i) {
        hosts.push_back(
            std::make_unique<FakeHost>(*tocsin_plugin.sinks[0], Texts{{"url", broker.url("ws")},
                                                                      {"protocol", i % 2 == 0 ? "5" : "3.1.1"},
                                                                      {"client-id", "c" + std::to_string(i)}}));
        bindings.push_back(hosts.back()->bind({{"qos", "1"}}));
        hosts.back()->start();
    }
    for (const auto& host : hosts) REQUIRE(wait_until([&] { return host->max_in_flight() > 0; }));
    Subscriber subscriber{broker.broker, {"-p", broker.plain}};
    constexpr std::size_t each = 200;
    for (std::size_t n = 0; n < each; ++n)
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            REQUIRE(wait_until([&] { return hosts[i]->held() < 20; }));
            hosts[i]->submit(bindings[i], "t", std::to_string(i) + " " + std::to_string(n));
        }
    for (const auto& host : hosts) {
        CHECK(wait_until([&] { return host->count(TOCSIN_DELIVERED) == each; }));
        CHECK(host->count(TOCSIN_RETRY) == 0);
    }
    CHECK(wait_until([&] { return subscriber.lines().size() == each * hosts.size(); }));
    for (const auto& host : hosts) host->stop();
}
