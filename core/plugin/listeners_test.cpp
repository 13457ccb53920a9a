#include "plugin/listeners.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>

using tocsin::core::Listeners;

namespace {

std::uint16_t port_of(std::int64_t handle) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    REQUIRE(getsockname(static_cast<int>(handle), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                               : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

TEST_CASE("a listener is bound, read by one, and kept for the next who asks for its address") {
    Listeners listeners;
    const auto handle = listeners.udp("127.0.0.1:0", "test");
    CHECK(port_of(handle) != 0);
    CHECK_THROWS_AS(listeners.udp("127.0.0.1:0", "test"), std::runtime_error);
    CHECK_THROWS_AS(listeners.udp("127.0.0.1:0", "other"), std::runtime_error);
    listeners.release("test");
    CHECK(listeners.udp("127.0.0.1:0", "other") == handle);
    CHECK(port_of(listeners.udp("*:0", "test")) != 0);
    CHECK(port_of(listeners.udp("localhost:0", "test")) != 0);
}

TEST_CASE("an address in use is told with the address") {
    Listeners first;
    const auto address = "127.0.0.1:" + std::to_string(port_of(first.udp("127.0.0.1:0", "test")));
    Listeners second;
    try {
        second.udp(address, "test");
        FAIL("bound twice");
    } catch (const std::runtime_error& error) {
        CHECK(std::string{error.what()}.find(address) != std::string::npos);
        CHECK(std::string{error.what()}.find("in use") != std::string::npos);
    }
}

TEST_CASE("what is no address is refused") {
    Listeners listeners;
    for (const auto* address : {"", "9998", ":9998", "localhost", "localhost:", "localhost:x", "127.0.0.1:65536",
                                "127.0.0.1:-1", "::1:9998", "[::1:9998", "no.such.host.invalid:9998"})
        CHECK_THROWS_AS(listeners.udp(address, "test"), std::runtime_error);
}
