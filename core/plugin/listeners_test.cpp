#include "plugin/listeners.hpp"

#include "plugin/listener_sockets.hpp"

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>
#include <string>

using tocsin::core::Listeners;
using tocsin::core::PassedSocket;
using namespace tocsin::core::test;

namespace {

/// The same one for the same name.
Listeners::Owner named(const std::string& name) {
    static std::set<std::string> names;
    const auto& known = *names.insert(name).first;
    return {&known, name};
}

std::string at(const std::string& host, std::uint16_t port) { return host + ":" + std::to_string(port); }

PassedSocket passed(const Binding& binding) {
    return {made(binding), binding.type == SOCK_STREAM, binding.family == AF_INET6, 0};
}

const Binding v4{};
const Binding all_v4{.address = "0.0.0.0"};
const Binding v6{.family = AF_INET6, .address = "::1"};
const Binding all_v6{.family = AF_INET6, .address = "::", .only_v6 = true};
const Binding everything{.family = AF_INET6, .address = "::"};
const Binding mapped{.family = AF_INET6, .address = "::ffff:127.0.0.1"};
const Binding tcp{.type = SOCK_STREAM};

}  // namespace

TEST_CASE("a listener is bound, read by one, and kept for the next who asks for its address") {
    Listeners listeners;
    const auto handle = listeners.udp("127.0.0.1:0", named("test"));
    CHECK(port_of(handle) != 0);
    CHECK_THROWS_AS(listeners.udp("127.0.0.1:0", named("test")), std::runtime_error);
    CHECK_THROWS_AS(listeners.udp("127.0.0.1:0", named("other")), std::runtime_error);
    listeners.release(named("test").who);
    CHECK(listeners.udp("127.0.0.1:0", named("other")) == handle);
    CHECK(port_of(listeners.udp("*:0", named("test"))) != 0);
    CHECK(port_of(listeners.udp("localhost:0", named("test"))) != 0);
}

TEST_CASE("an address in use is told with the address") {
    Listeners first;
    const auto address = at("127.0.0.1", port_of(first.udp("127.0.0.1:0", named("test"))));
    Listeners second;
    try {
        second.udp(address, named("test"));
        FAIL("bound twice");
    } catch (const std::runtime_error& error) {
        CHECK(std::string{error.what()}.find(address) != std::string::npos);
        CHECK(std::string{error.what()}.find("in use") != std::string::npos);
    }
}

TEST_CASE("an address in use by this router itself is told with who reads it") {
    const struct {
        std::string reads;
        std::string wanted;
        bool is_ours;
    } table[]{
        {"127.0.0.1", "*", true},          {"127.0.0.1", "0.0.0.0", true}, {"0.0.0.0", "127.0.0.1", true},
        {"*", "127.0.0.1", true},          {"*", "[::1]", true},           {"[::1]", "[::]", true},
        {"127.0.0.1", "127.0.0.2", false},
    };
    for (const auto& row : table) {
        CAPTURE(row.reads);
        CAPTURE(row.wanted);
        for (const bool yields : {false, true}) {
            Listeners listeners;
            const auto port = port_of(listeners.udp(row.reads + ":0", named("reader")));
            listeners.set_yields(named("reader").who, yields);
            Listeners stranger;
            if (!row.is_ours) stranger.udp(at(row.wanted, port), named("stranger"));
            std::string problem;
            try {
                listeners.udp(at(row.wanted, port), named("other"));
            } catch (const std::runtime_error& error) {
                problem = error.what();
            }
            CHECK(problem.find("in use") != std::string::npos);
            CHECK((problem.find(" (reader of this router reads " + at(row.reads, port)) != std::string::npos) ==
                  row.is_ours);
            CHECK((problem.find(", until it is restarted)") != std::string::npos) == (row.is_ours && yields));
        }
    }
}

TEST_CASE("what is no address is refused") {
    Listeners listeners;
    for (const auto* address : {"", "9998", ":9998", "localhost", "localhost:", "localhost:x", "127.0.0.1:65536",
                                "127.0.0.1:-1", "::1:9998", "[::1:9998", "no.such.host.invalid:9998"})
        CHECK_THROWS_AS(listeners.udp(address, named("test")), std::runtime_error);
}

TEST_CASE("one address written in two ways is one listener") {
    Listeners listeners;
    const auto handle = listeners.udp("127.0.0.1:0", named("test"));
    const auto port = port_of(handle);
    try {
        listeners.udp(at("[::ffff:127.0.0.1]", port), named("other"));
        FAIL("given twice");
    } catch (const std::runtime_error& error) {
        CHECK(std::string{error.what()}.find("test does already") != std::string::npos);
    }
    listeners.release(named("test").who);
    CHECK(listeners.udp(at("[::ffff:127.0.0.1]", port), named("other")) == handle);
}

TEST_CASE("who asks for the address of a passed socket gets it") {
    const struct {
        std::string host;
        const Binding& binding;
        bool suits;
    } table[]{
        {"127.0.0.1", v4, true},
        {"localhost", v4, true},
        {"[::ffff:127.0.0.1]", v4, true},
        {"[::ffff:7f00:1]", v4, true},
        {"127.0.0.1", mapped, true},
        {"[::1]", v6, true},
        {"[0:0::1]", v6, true},
        {"*", everything, true},
        {"*", all_v4, true},
        {"*", all_v6, true},
        {"[::]", all_v6, true},
        {"[::]", everything, true},
        {"0.0.0.0", all_v4, true},
        // More than was asked for would let others in.
        {"127.0.0.1", all_v4, false},
        {"127.0.0.1", everything, false},
        {"[::1]", everything, false},
        {"0.0.0.0", everything, false},
        {"0.0.0.0", v4, false},
        {"*", v4, false},
        {"127.0.0.2", v4, false},
        {"127.0.0.1", v6, false},
        {"[::1]", v4, false},
        {"localhost", v6, false},
    };
    for (const auto& row : table) {
        CAPTURE(row.host);
        CAPTURE(std::string{row.binding.address});
        Listeners listeners;
        const auto socket = passed(row.binding);
        listeners.adopt({socket});
        std::int64_t given = -1;
        std::string problem;
        try {
            given = listeners.udp(at(row.host, port_of(socket.handle)), named("test"));
        } catch (const std::runtime_error& error) {
            problem = error.what();
        }
        CHECK((given == socket.handle) == row.suits);
        if (given < 0) CHECK(problem.find("the service manager passed") != std::string::npos);
    }
}

TEST_CASE("the best of several passed sockets is given, and each once") {
    const auto first = passed(all_v6);
    const auto port = port_of(first.handle);
    const int second = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    REQUIRE(bind(second, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    Listeners listeners;
    listeners.adopt({first, {second, false, false, 0}});
    CHECK(listeners.udp(at("[::]", port), named("v6")) == first.handle);
    CHECK(listeners.udp(at("0.0.0.0", port), named("v4")) == second);
    CHECK_THROWS_AS(listeners.udp(at("*", port), named("third")), std::runtime_error);
}

TEST_CASE("what the kernel queued in a passed socket is read by who asks, and by the next one") {
    Listeners listeners;
    const auto socket = passed(v4);
    const auto port = port_of(socket.handle);
    send_to(port, "before");
    listeners.adopt({socket});
    const auto handle = listeners.udp(at("127.0.0.1", port), named("test"));
    CHECK(next_of(handle) == "before");
    send_to(port, "meanwhile");
    listeners.release(named("test").who);
    CHECK(next_of(listeners.udp(at("localhost", port), named("other"))) == "meanwhile");
}

TEST_CASE("a TCP socket is lent by its address, again and again") {
    Listeners listeners;
    const auto socket = passed(tcp);
    const auto port = port_of(socket.handle);
    listeners.adopt({socket});
    CHECK_FALSE(listeners.passed_tcp(at("127.0.0.2", port)));
    // UDP has ports of its own.
    CHECK(listeners.udp(at("127.0.0.1", port), named("test")) != socket.handle);
    for (int i = 0; i < 2; ++i) {
        const auto lent = listeners.passed_tcp(at("127.0.0.1", port));
        REQUIRE(lent);
        CHECK(lent->handle == socket.handle);
        CHECK_FALSE(lent->is_v6);
        listeners.close_unread();
        listeners.close_released();
        REQUIRE(is_open(socket.handle));
    }
    CHECK_THROWS_AS(listeners.passed_tcp("nowhere"), std::runtime_error);
}

TEST_CASE("what nobody reads is closed") {
    Listeners listeners;
    const auto asked = passed(v4);
    const auto forgotten = passed(v4);
    const auto stream = passed(tcp);
    listeners.adopt({asked, forgotten, stream});
    listeners.udp(at("127.0.0.1", port_of(asked.handle)), named("test"));
    const auto bound = listeners.udp("127.0.0.1:0", named("gone"));
    listeners.release(named("gone").who);
    listeners.close_unread();
    CHECK(is_open(asked.handle));
    CHECK_FALSE(is_open(forgotten.handle));
    CHECK_FALSE(is_open(stream.handle));
    CHECK_FALSE(is_open(static_cast<int>(bound)));
}

TEST_CASE("a socket goes from who yields it to who takes its place, and back when that one leaves first") {
    Listeners listeners;
    const auto handle = listeners.udp("127.0.0.1:0", named("old"));
    const auto address = at("127.0.0.1", port_of(handle));
    CHECK_THROWS_AS(listeners.udp(address, named("new")), std::runtime_error);
    listeners.set_yields(named("old").who, true);
    CHECK(listeners.udp(address, named("new")) == handle);
    CHECK_THROWS_AS(listeners.udp(address, named("third")), std::runtime_error);

    SUBCASE("the old one leaves") {
        listeners.release(named("old").who);
        listeners.close_released();
        CHECK(is_open(static_cast<int>(handle)));
        CHECK_THROWS_AS(listeners.udp(address, named("third")), std::runtime_error);
        listeners.release(named("new").who);
        CHECK(listeners.udp(address, named("third")) == handle);
    }
    SUBCASE("the old one leaves, and cannot be trusted in that") {
        listeners.hand_on(named("old").who);
        listeners.release(named("new").who);
        CHECK(listeners.udp(address, named("third")) == handle);
    }
    SUBCASE("the new one leaves, and the old one yields no more") {
        listeners.release(named("new").who);
        listeners.set_yields(named("old").who, false);
        listeners.close_released();
        CHECK(is_open(static_cast<int>(handle)));
        CHECK_THROWS_AS(listeners.udp(address, named("third")), std::runtime_error);
    }
}

TEST_CASE("who cannot be trusted to have left keeps what nobody else has got") {
    Listeners listeners;
    const auto handle = static_cast<int>(listeners.udp("127.0.0.1:0", named("hangs")));
    listeners.hand_on(named("hangs").who);
    listeners.close_released();
    CHECK(is_open(handle));
}

TEST_CASE("two of the same name are not the same") {
    Listeners listeners;
    const int first = 0;
    const int second = 0;
    const auto handle = listeners.udp("127.0.0.1:0", {&first, "task-log"});
    listeners.set_yields(&first, true);
    CHECK(listeners.udp("127.0.0.1:0", {&second, "task-log"}) == handle);
    listeners.release(&first);
    CHECK_THROWS_AS(listeners.udp("127.0.0.1:0", named("third")), std::runtime_error);
}

TEST_CASE("what is released is closed, but what was passed, for whoever asks later") {
    Listeners listeners;
    const auto socket = passed(v4);
    const auto port = port_of(socket.handle);
    listeners.adopt({socket});
    listeners.udp(at("127.0.0.1", port), named("test"));
    const auto bound = listeners.udp("127.0.0.1:0", named("test"));
    listeners.release(named("test").who);
    send_to(port, "meanwhile");
    listeners.close_released();
    CHECK_FALSE(is_open(static_cast<int>(bound)));
    const auto again = listeners.udp(at("127.0.0.1", port), named("later"));
    CHECK(again == socket.handle);
    CHECK(next_of(again) == "meanwhile");
}
