#include "testing/certificates.hpp"
#include "testing/fake_host.hpp"
#include "testing/mosquitto.hpp"
#include "testing/wait.hpp"

#include <tocsin/abi.h>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" const tocsin_plugin_descriptor tocsin_plugin;

using namespace std::chrono_literals;
using testing::Certificates;
using testing::FakeHost;
using testing::Mosquitto;
using testing::Subscriber;
using testing::Texts;
using testing::wait_until;

namespace {

std::string url(const Mosquitto& broker, const std::string& host = "localhost") {
    return "ssl://" + host + ":" + std::to_string(broker.port());
}

/// What a check says, and that the log of a started instance says it too.
std::string refusal(const Texts& options) {
    FakeHost checked{*tocsin_plugin.sinks[0], options};
    std::string reason;
    try {
        checked.check(10s);
        return "none";
    } catch (const std::runtime_error& error) {
        reason = error.what();
    }
    FakeHost started{*tocsin_plugin.sinks[0], options};
    started.start();
    CHECK(wait_until([&] { return started.logged("cannot connect to " + reason); }));
    return reason.substr(reason.find(": ") + 2);
}

/// Publishes one message and has a subscriber see it.
void publishes(const Mosquitto& broker, const Texts& options, const std::vector<std::string>& subscriber_options) {
    FakeHost host{*tocsin_plugin.sinks[0], options};
    auto* binding = host.bind({{"qos", "1"}});
    host.start();
    REQUIRE(wait_until([&] { return host.max_in_flight() > 0; }));
    Subscriber subscriber{broker, subscriber_options};
    host.submit(binding, "a", "secret");
    CHECK(wait_until([&] { return subscriber.lines() == std::vector<std::string>{"1 0 a secret"}; }));
    CHECK(wait_until([&] { return host.count(TOCSIN_DELIVERED) == 1; }));
    host.stop();
    CHECK(host.violations().empty());
}

}  // namespace

TEST_CASE("TLS by name and by address, checked against a private authority") {
    Certificates made;
    made.issue("broker", "DNS:localhost,IP:127.0.0.1");
    Mosquitto broker{"allow_anonymous true\n" + made.listener("broker")};
    publishes(broker, {{"url", url(broker)}, {"ssl-ca", made.authority()}}, {"--cafile", made.authority()});
    publishes(broker, {{"url", url(broker, "127.0.0.1")}, {"ssl-ca", made.authority()}},
              {"--cafile", made.authority()});
}

TEST_CASE("certificates that must not be trusted are not, and the log says why") {
    Certificates made;
    made.issue("broker", "DNS:localhost");
    made.issue("old", "DNS:localhost", std::chrono::year{2020} / 1 / 2);
    made.issue("other", "DNS:other.example");
    const std::string unknown = "the broker's certificate is not accepted: ";
    {
        Mosquitto broker{"allow_anonymous true\n" + made.listener("broker")};
        const auto reason = refusal({{"url", url(broker)}});
        CHECK(reason.find(unknown) == 0);
        CHECK(reason.find("certificate") != std::string::npos);
        Certificates stranger;
        CHECK(refusal({{"url", url(broker)}, {"ssl-ca", stranger.authority()}}).find(unknown) == 0);
        CHECK(refusal({{"url", url(broker, "127.0.0.1")}, {"ssl-ca", made.authority()}}) ==
              "the broker's certificate is not for '127.0.0.1'");
    }
    {
        Mosquitto broker{"allow_anonymous true\n" + made.listener("old")};
        CHECK(refusal({{"url", url(broker)}, {"ssl-ca", made.authority()}}) == unknown + "certificate has expired");
    }
    {
        Mosquitto broker{"allow_anonymous true\n" + made.listener("other")};
        CHECK(refusal({{"url", url(broker)}, {"ssl-ca", made.authority()}}) ==
              "the broker's certificate is not for 'localhost'");
        FakeHost skipping{*tocsin_plugin.sinks[0], {{"url", url(broker)}, {"insecure-skip-verify", "true"}}};
        skipping.start();
        CHECK(wait_until([&] { return skipping.max_in_flight() > 0; }));
        CHECK(skipping.logged("insecure-skip-verify: the broker's certificate is not checked"));
    }
}

TEST_CASE("client certificates") {
    Certificates made;
    made.issue("broker", "DNS:localhost");
    made.issue("client", "DNS:client");
    Mosquitto broker{"require_certificate true\nuse_identity_as_username true\n" + made.listener("broker")};
    const Texts without{{"url", url(broker)}, {"ssl-ca", made.authority()}};
    auto with = without;
    with["ssl-cert"] = made.file("client.crt");
    with["ssl-key"] = made.file("client.key");
    publishes(broker, with,
              {"--cafile", made.authority(), "--cert", made.file("client.crt"), "--key", made.file("client.key")});
    CHECK(refusal(without).find("certificate required") != std::string::npos);
}

TEST_CASE("nothing older than TLS 1.2") {
    Certificates made;
    made.issue("broker", "DNS:localhost");
    const testing::TemporaryFolder folder;
    const auto port = testing::free_port();
    const testing::Process server{
        {"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port), "-tls1_1", "-www", "-cipher",
         "ALL:@SECLEVEL=0", "-cert", made.file("broker.crt"), "-key", made.file("broker.key")},
        folder.file("output")};
    REQUIRE(wait_until([&] { return testing::read_file(folder.file("output")).find("ACCEPT") != std::string::npos; }));
    const auto reason = refusal({{"url", "ssl://localhost:" + std::to_string(port)}, {"ssl-ca", made.authority()}});
    INFO(reason);
    CHECK(reason.find("TLS: ") == 0);
}

TEST_CASE("a plain port that is spoken TLS to says so") {
    Mosquitto broker;
    const auto reason = refusal({{"url", url(broker)}});
    INFO(reason);
    CHECK(reason.find("TLS: ") == 0);
}
