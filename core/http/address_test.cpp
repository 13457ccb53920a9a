#include "http/address.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin::core::http;

TEST_CASE("addresses that are understood") {
    struct Case {
        std::string text;
        std::string host;
        std::uint16_t port;
        bool is_loopback;
    };
    for (const auto& one :
         {Case{"127.0.0.1:9092", "127.0.0.1", 9092, true}, Case{"127.8.9.10:1", "127.8.9.10", 1, true},
          Case{"localhost:80", "127.0.0.1", 80, true}, Case{"[::1]:65535", "::1", 65535, true},
          Case{"[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1, true},
          Case{"[::ffff:10.0.0.1]:1", "::ffff:10.0.0.1", 1, false}, Case{"*:9092", "*", 9092, false},
          Case{"0.0.0.0:9092", "0.0.0.0", 9092, false}, Case{"[::]:9092", "::", 9092, false},
          Case{"192.0.2.7:0", "192.0.2.7", 0, false}}) {
        CAPTURE(one.text);
        const auto address = parse_address(one.text);
        REQUIRE(address);
        CHECK(address->host == one.host);
        CHECK(address->port == one.port);
        CHECK(address->is_loopback() == one.is_loopback);
    }
}

TEST_CASE("what is no address") {
    for (const std::string text : {"",
                                   ":",
                                   ":9092",
                                   "9092",
                                   "127.0.0.1",
                                   "127.0.0.1:",
                                   "127.0.0.1:-1",
                                   "127.0.0.1:65536",
                                   "127.0.0.1:9092 ",
                                   "127.0.0.1:0x1",
                                   "::1:9092",
                                   "[::1]",
                                   "[::1]9092",
                                   "[]:1",
                                   "[127.0.0.1]:1",
                                   "[localhost]:1",
                                   "127.0.0:1",
                                   "example.com:80",
                                   "http://127.0.0.1:80",
                                   "**:1",
                                   "[*]:1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_address(text));
    }
}
