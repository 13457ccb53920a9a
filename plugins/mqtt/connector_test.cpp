#include "connector.hpp"

#include "probe.hpp"
#include "testing/fake_broker.hpp"
#include "testing/process.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using mqtt::Addresses;
using mqtt::Connector;

namespace {

struct Attempt {
    explicit Attempt(const std::string& url, mqtt::LookUp::Function look_up = mqtt::look_up_host,
                     std::chrono::nanoseconds limit = 5s)
        : settings{make(url, limit)}, connector{settings, {mailbox, {}}, std::move(look_up)} {}

    static mqtt::Settings make(const std::string& url, std::chrono::nanoseconds limit) {
        mqtt::Settings settings;
        settings.url = mqtt::parse_broker_url(url);
        settings.client_id = "test";
        settings.connect_timeout = limit;
        return settings;
    }

    /// "connected" or why not.
    std::string run() {
        auto result = connector.start(mqtt::Mailbox::Clock::now());
        while (connector.busy()) {
            for (const auto& notice : mailbox->wait(connector.deadline())) {
                result = connector.handle(notice, mqtt::Mailbox::Clock::now());
                if (!connector.busy()) return in_words(result);
            }
            result = connector.expire(mqtt::Mailbox::Clock::now());
        }
        return in_words(result);
    }

    static std::string in_words(const Connector::Result& result) {
        if (const auto* failure = std::get_if<Connector::Failure>(&result)) return failure->reason;
        return std::holds_alternative<std::monostate>(result) ? "nothing" : "connected";
    }

    mqtt::Settings settings;
    std::shared_ptr<mqtt::Mailbox> mailbox = std::make_shared<mqtt::Mailbox>();
    Connector connector;
};

std::string port_of(std::uint16_t port) { return ":" + std::to_string(port); }

}  // namespace

TEST_CASE("connects by name and by address") {
    testing::FakeBroker broker{0};
    CHECK(Attempt{"tcp://127.0.0.1" + port_of(broker.port())}.run() == "connected");
    CHECK(Attempt{"tcp://localhost" + port_of(broker.port())}.run() == "connected");
    // The name's first address does not answer; Paho is never asked for the name.
    CHECK(Attempt{"tcp://plant.invalid" + port_of(broker.port()),
                  [](const std::string&) {
                      return Addresses{{"127.0.0.2", "127.0.0.1"}, ""};
                  }}
              .run() == "connected");
}

TEST_CASE("the library's rhythm, up to 1.1 s where nothing else goes on, does not count as the broker's silence") {
    testing::FakeBroker broker{0};
    for (int attempt = 0; attempt < 5; ++attempt)
        CHECK(Attempt{broker.url(), mqtt::look_up_host, 400ms}.run() == "connected");
}

TEST_CASE("says why there is no connection") {
    const auto closed = testing::free_port();
    CHECK(Attempt{"tcp://127.0.0.1" + port_of(closed)}.run() == "Connection refused");
    CHECK(Attempt{"tcp://plant.invalid" + port_of(closed),
                  [](const std::string&) {
                      return Addresses{{"127.0.0.1", "127.0.0.2"}, ""};
                  }}
              .run() == "127.0.0.2: Connection refused");
    testing::FakeBroker mute{testing::FakeBroker::mute};
    CHECK(Attempt{mute.url(), mqtt::look_up_host, 200ms}.run() == "no answer within 0.2 s");
    CHECK(Attempt{"tcp://plant.invalid",
                  [](const std::string&) {
                      return Addresses{{}, "unknown"};
                  }}
              .run() == "the name 'plant.invalid' cannot be looked up: unknown");
    CHECK(Attempt{"tcp://plant.invalid", [](const std::string&) -> Addresses { throw std::runtime_error{"broken"}; }}
              .run() == "the name 'plant.invalid' cannot be looked up: broken");
    const char* words[] = {"MQTT 3.1.1", "identifier", "unavailable", "bad user name or password", "not authorised"};
    for (int code = 1; code <= 5; ++code) {
        testing::FakeBroker refusing{code};
        const auto reason = Attempt{refusing.url()}.run();
        INFO(reason);
        CHECK(reason.find("refused by the broker: ") == 0);
        CHECK(reason.find(words[code - 1]) != std::string::npos);
    }
}

TEST_CASE("a look-up that hangs ends the attempt in time, is not started again, and may come back late") {
    std::promise<void> release;
    const auto released = release.get_future().share();
    std::atomic<int> calls{0};
    const auto finished = std::make_shared<std::promise<void>>();
    {
        Attempt attempt{"tcp://plant.invalid",
                        [&calls, released, finished](const std::string&) {
                            ++calls;
                            released.wait();
                            finished->set_value();
                            return Addresses{{"127.0.0.1"}, ""};
                        },
                        100ms};
        CHECK(attempt.run() == "the look-up of the name 'plant.invalid' took longer than 0.1 s");
        CHECK(attempt.run() == "the look-up of the name 'plant.invalid' took longer than 0.1 s");
        CHECK(calls == 1);
    }
    release.set_value();
    CHECK(finished->get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("TLS is tried after a slow look-up too, at the address that was found") {
    testing::FakeBroker broker{testing::FakeBroker::mute};
    const auto slow = [](const std::string&) {
        std::this_thread::sleep_for(1100ms);
        return Addresses{{"127.0.0.1"}, ""};
    };
    CHECK(Attempt{"ssl://plant.invalid" + port_of(broker.port()), slow, 2s}.run() ==
          "TLS: the broker did not answer in time");
    CHECK(broker.connections() == 1);
}

TEST_CASE("a probe tells a listener from none") {
    testing::FakeBroker broker{testing::FakeBroker::mute};
    auto settings = Attempt::make(broker.url(), 5s);
    CHECK(mqtt::probe(settings, "127.0.0.1", 1s).empty());
    settings.url.port = testing::free_port();
    CHECK(mqtt::probe(settings, "127.0.0.1", 1s) == "Connection refused");
}
