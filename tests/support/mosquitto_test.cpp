#include "mosquitto.hpp"

#include "certificates.hpp"
#include "process.hpp"
#include "subscriber.hpp"
#include "wait.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

Arguments publish(const Mosquitto& broker, const std::string& topic, const std::string& payload,
                  const Arguments& more = {}) {
    Arguments command{"mosquitto_pub", "-h", "localhost", "-p", std::to_string(broker.port()), "-t",
                      topic,           "-m", payload};
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

}  // namespace

TEST_CASE("what a subscriber gets is told byte by byte") {
    const auto broker = Mosquitto::started();
    const Subscriber subscriber{broker->port()};
    run_ok(publish(*broker, "a b/'c'", "line\nå ", {"-q", "1", "-r"}));
    run_ok(publish(*broker, "empty", "", {"-q", "2"}));
    const auto messages = subscriber.wait_for(2);
    CHECK(messages == std::vector<Message>{{"a b/'c'", "line\nå ", 1, false}, {"empty", "", 2, false}});

    const Subscriber late{broker->observer_port(), "a b/#", 0};
    CHECK(late.wait_for(1) == std::vector<Message>{{"a b/'c'", "line\nå ", 0, true}});
    CHECK_THROWS_AS(late.wait_for(2, 20ms), std::runtime_error);

    const auto received = broker->received();
    REQUIRE(received.size() == 2);
    CHECK(received[0].topic == "a b/'c'");
    CHECK(received[0].qos == 1);
    CHECK(received[0].retained);
    CHECK(received[1].qos == 2);
    CHECK_FALSE(received[1].retained);
}

TEST_CASE("a broker that is killed comes back on the same ports") {
    const auto broker = Mosquitto::started();
    const Subscriber subscriber{broker->port()};
    broker->kill();
    CHECK(run(publish(*broker, "t", "lost")).code != 0);
    broker->start();
    REQUIRE(wait_until([&] {
        run_ok(publish(*broker, "t", "again"));
        return !subscriber.messages().empty();
    }));
    CHECK(subscriber.messages().front() == Message{"t", "again", 0, false});
    CHECK(broker->log().find("starting") != broker->log().rfind("starting"));
}

TEST_CASE("a frozen broker answers nothing until it is thawed") {
    const auto broker = Mosquitto::started();
    broker->freeze();
    Process waiting{publish(*broker, "t", "m")};
    CHECK_FALSE(waiting.wait(200ms));
    broker->thaw();
    CHECK(waiting.wait() == 0);
}

TEST_CASE("passwords and access rules") {
    const auto broker = Mosquitto::started({.tls = {},
                                            .client_authority = {},
                                            .users = {{"anna", "secret"}, {"bo", "other"}},
                                            .acl = "user anna\ntopic write plant/#\n"});
    const Subscriber observer{broker->observer_port()};
    CHECK(run(publish(*broker, "plant/a", "anonymous")).code != 0);
    CHECK(run(publish(*broker, "plant/a", "wrong", {"-u", "anna", "-P", "other"})).code != 0);
    run_ok(publish(*broker, "elsewhere", "denied", {"-u", "anna", "-P", "secret"}));
    run_ok(publish(*broker, "plant/a", "right", {"-u", "anna", "-P", "secret"}));
    CHECK(observer.wait_for(1) == std::vector<Message>{{"plant/a", "right", 0, false}});
}

TEST_CASE("certificates: what verifies and what does not") {
    const Certificates made;
    const auto verifies = [](const std::filesystem::path& authority, const Certificates::Pair& pair) {
        return run({"openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", authority.string(), "-verify_hostname",
                    "localhost", pair.certificate.string()});
    };
    CHECK(verifies(made.authority(), made.server()).code == 0);
    CHECK(verifies(made.other_authority(), made.server()).code != 0);
    CHECK(verifies(made.authority(), made.misnamed_server()).err.find("hostname mismatch") != std::string::npos);
    CHECK(verifies(made.authority(), made.expired_server()).err.find("expired") != std::string::npos);
}

TEST_CASE("TLS with client certificates") {
    const Certificates made;
    const auto broker = Mosquitto::started({.tls = made.server(), .client_authority = made.authority()});
    const Subscriber observer{broker->observer_port()};
    const auto with = [&](const std::filesystem::path& authority, const Certificates::Pair& pair) {
        return run(publish(*broker, "t", "m",
                           {"--cafile", authority.string(), "--cert", pair.certificate.string(), "--key",
                            pair.key.string()}))
            .code;
    };
    CHECK(run(publish(*broker, "t", "m", {"--cafile", made.authority().string()})).code != 0);
    CHECK(with(made.other_authority(), made.client()) != 0);
    CHECK(with(made.authority(), made.stranger()) != 0);
    CHECK(with(made.authority(), made.client()) == 0);
    CHECK(observer.wait_for(1).size() == 1);
}
