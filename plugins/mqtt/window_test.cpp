#include "window.hpp"

#include "callbacks.hpp"
#include "options.hpp"
#include "testing/values.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <vector>

using mqtt::Window;

namespace {

const Window::TimePoint start{};

/// Deliveries of a host that notes who was answered.
struct Deliveries {
    Deliveries() {
        const testing::Values values{mqtt::handler_options, {}};
        publishing.options = tocsin::Options{mqtt::handler_options, values.data(), values.size()};
        publishing.qos = 1;
        host.context = this;
        host.retain = [](void*, const tocsin_delivery*) {};
        host.release = [](void*, const tocsin_delivery*) {};
        host.ack = [](void* self, std::uint64_t ticket, std::uint32_t, tocsin_string) {
            static_cast<Deliveries*>(self)->answered.push_back(ticket);
        };
    }

    tocsin::Delivery make(const std::string& payload) {
        auto& made = all.emplace_back();
        made.payload = payload;
        made.values[0] = tocsin::abi("topic");
        made.values[1] = tocsin::abi(made.payload);
        made.delivery.ticket = all.size();
        made.delivery.binding = static_cast<tocsin::Binding*>(&publishing);
        made.delivery.values = made.values;
        made.delivery.value_count = 3;
        made.event.sequence = 100 + all.size();
        made.delivery.event = &made.event;
        return {&host, &made.delivery};
    }

    struct Made {
        std::string payload;
        tocsin_string values[3]{};
        tocsin_event event{};
        tocsin_delivery delivery{};
    };

    tocsin_host host{};
    mqtt::Publishing publishing;
    std::deque<Made> all;
    std::vector<std::uint64_t> answered;
};

std::vector<std::uint64_t> tickets(const std::vector<tocsin::Delivery>& deliveries) {
    std::vector<std::uint64_t> tickets;
    for (const auto& delivery : deliveries) tickets.push_back(delivery.ticket());
    return tickets;
}

}  // namespace

TEST_CASE("deliveries leave in the order they came") {
    Deliveries made;
    Window window{1000, 20};
    mqtt::Outgoing out;
    CHECK(window.empty());
    CHECK_FALSE(window.send_next(out, start));
    for (const char* payload : {"a", "b", "", "d"}) window.submit(made.make(payload));
    REQUIRE(window.send_next(out, start));
    CHECK(out.payload == "a");
    CHECK(out.topic == "topic");
    CHECK(out.qos == 1);
    const auto first = out.number;
    REQUIRE(window.send_next(out, start + std::chrono::seconds{1}));
    CHECK(out.payload == "b");
    REQUIRE(window.send_next(out, start + std::chrono::seconds{2}));
    CHECK(out.payload.empty());
    CHECK(window.oldest() == start);
    CHECK(window.take(first)->ticket() == 1);
    CHECK(window.oldest() == start + std::chrono::seconds{1});
    CHECK(tickets(window.take_all()) == std::vector<std::uint64_t>{2, 3, 4});
    CHECK(window.empty());
    CHECK_FALSE(window.oldest());
}

TEST_CASE("a number is taken once, and only while it is open") {
    Deliveries made;
    Window window{1000, 20};
    mqtt::Outgoing out;
    CHECK_FALSE(window.take(0));
    CHECK_FALSE(window.take(1));
    window.submit(made.make("a"));
    CHECK_FALSE(window.take(1));  // waits, was not sent
    REQUIRE(window.send_next(out, start));
    CHECK_FALSE(window.take(out.number + 1));
    auto taken = window.take(mqtt::callbacks::number_in_context(out.number));
    REQUIRE(taken);
    CHECK_FALSE(window.take(out.number));
    taken->delivered();
    CHECK(made.answered == std::vector<std::uint64_t>{1});
}

TEST_CASE("the byte limit holds back what is not alone") {
    Deliveries made;
    Window window{30, 20};
    mqtt::Outgoing out;
    window.submit(made.make(std::string(100, 'x')));  // longer than the limit, but the only one
    window.submit(made.make(std::string(10, 'y')));   // 15 bytes with the topic
    window.submit(made.make(std::string(10, 'y')));
    window.submit(made.make(""));
    REQUIRE(window.send_next(out, start));
    const auto first = out.number;
    CHECK_FALSE(window.send_next(out, start));
    window.take(first)->delivered();
    CHECK(window.send_next(out, start));
    CHECK(window.send_next(out, start));
    CHECK_FALSE(window.send_next(out, start));
    window.take(out.number)->delivered();
    CHECK(window.send_next(out, start));
    CHECK(out.payload.empty());
}

TEST_CASE("a large payload has more time") {
    Deliveries made;
    Window window{1000, 20};
    mqtt::Outgoing out;
    window.submit(made.make(std::string(50'000'000, 'x')));
    REQUIRE(window.send_next(out, start));
    CHECK(window.oldest() == start + std::chrono::seconds{190});
}

TEST_CASE("alone means that nothing else is sent and unanswered") {
    Deliveries made;
    Window window{1000, 20};
    mqtt::Outgoing out;
    for (const char* payload : {"a", "b"}) window.submit(made.make(payload));
    CHECK(window.open().all == 2);
    CHECK_FALSE(window.open().oldest);
    REQUIRE(window.send_next(out, start, true));
    CHECK_FALSE(window.send_next(out, start, true));
    CHECK(window.open().sent == 1);
    CHECK(window.open().oldest == out.publish);
    CHECK(out.publish.sequence == 101);
    window.take(out.number)->delivered();
    CHECK(window.send_next(out, start, true));
    CHECK(out.publish.sequence == 102);
}

TEST_CASE("QoS 2 has a limit of its own, and what waits for it keeps its place") {
    Deliveries made;
    made.publishing.qos = 2;
    Window window{1000, 2};
    mqtt::Outgoing out;
    for (const char* payload : {"a", "b", "c"}) window.submit(made.make(payload));
    REQUIRE(window.send_next(out, start));
    const auto first = out.number;
    REQUIRE(window.send_next(out, start));
    CHECK_FALSE(window.send_next(out, start));
    window.take(first)->delivered();
    CHECK(window.send_next(out, start));
    CHECK(out.payload == "c");
    for (auto& delivery : window.take_all()) delivery.retry("");
    window.submit(made.make("d"));
    CHECK(window.send_next(out, start));
    window.limit_qos2(1);
    window.submit(made.make("e"));
    CHECK_FALSE(window.send_next(out, start));
}

TEST_CASE("answers may come in any order") {
    Deliveries made;
    Window window{1'000'000, 20};
    mqtt::Outgoing out;
    std::vector<std::uint64_t> open;  // numbers, the oldest first
    const auto at = [](std::uint64_t number) { return start + std::chrono::seconds{static_cast<long>(number)}; };
    std::uint64_t last = 0;
    for (unsigned i = 0; i < 2'000; ++i) {
        if (open.size() < 50 && i % 3 != 0) {
            window.submit(made.make("x"));
            REQUIRE(window.send_next(out, at(++last)));
            REQUIRE(out.number == last);
            open.push_back(last);
        } else if (!open.empty()) {
            const auto chosen = open.begin() + static_cast<std::ptrdiff_t>(i * 7 % open.size());
            const auto number = *chosen;
            open.erase(chosen);
            auto taken = window.take(number);
            REQUIRE(taken);
            CHECK(taken->ticket() == number);
            taken->delivered();
            CHECK_FALSE(window.take(number));
        }
        REQUIRE(window.sent() == open.size());
        REQUIRE(window.oldest().has_value() == !open.empty());
        if (!open.empty()) REQUIRE(*window.oldest() == at(open.front()));
    }
    CHECK(tickets(window.take_all()) == open);
    CHECK(window.sent() == 0);
    CHECK_FALSE(window.take(last));
}
