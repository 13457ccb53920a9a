#include "address.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace task_log;

TEST_CASE("addresses") {
    CHECK(Address::parse("10.1.2.3")->text() == "10.1.2.3");
    CHECK(Address::parse("::ffff:10.1.2.3")->text() == "10.1.2.3");
    CHECK(Address::parse("FE80::1")->text() == "fe80::1");
    CHECK(Address::parse("::ffff:10.1.2.3") == Address::parse("10.1.2.3"));
    for (const std::string wrong : {"", " 10.1.2.3", "10.1.2", "10.1.2.256", "10.1.2.3.4", "localhost", "fe80::1%lo",
                                    "[::1]", "1::2::3", "10.1.2.3/8"}) {
        CAPTURE(wrong);
        CHECK_FALSE(Address::parse(wrong));
    }
    CHECK_FALSE(Address::parse(std::string_view{"10.1.2.3\0x", 10}));
}

TEST_CASE("which addresses an entry holds") {
    struct Case {
        std::string entry;
        std::string address;
        bool holds;
    };
    const Case cases[] = {
        {"10.1.2.3", "10.1.2.3", true},
        {"10.1.2.3", "10.1.2.4", false},
        {"10.1.2.3/32", "10.1.2.3", true},
        {"10.1.2.3/32", "10.1.2.2", false},
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.1.2.3/8", "10.200.0.1", true},
        {"192.168.1.128/25", "192.168.1.128", true},
        {"192.168.1.128/25", "192.168.1.255", true},
        {"192.168.1.128/25", "192.168.1.127", false},
        {"192.168.1.4/31", "192.168.1.5", true},
        {"192.168.1.4/31", "192.168.1.6", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "::ffff:203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "203.0.113.9", false},
        {"::/0", "::ffff:203.0.113.9", false},
        {"::1", "::1", true},
        {"::1", "::2", false},
        {"::1/128", "::1", true},
        {"fd00::/8", "fdff::1", true},
        {"fd00::/8", "fe00::1", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::ffff:10.0.0.0/104", "10.9.9.9", true},
        {"::ffff:10.0.0.0/104", "11.9.9.9", false},
        {"::ffff:0:0/96", "203.0.113.9", true},
        {"::ffff:10.1.2.3", "10.1.2.3", true},
        {"10.0.0.0/8", "::ffff:10.9.9.9", true},
        {"127.0.0.0/8", "127.0.0.1", true},
    };
    for (const auto& each : cases) {
        CAPTURE(each.entry);
        CAPTURE(each.address);
        CHECK(AllowList{{each.entry}}.contains(*Address::parse(each.address)) == each.holds);
    }
}

TEST_CASE("a list holds what any entry holds, an empty one nothing") {
    const AllowList list{{"10.0.0.0/8", "fd00::/8"}};
    CHECK(list.contains(*Address::parse("10.1.1.1")));
    CHECK(list.contains(*Address::parse("fd00::1")));
    CHECK_FALSE(list.contains(*Address::parse("127.0.0.1")));
    CHECK_FALSE(AllowList{{}}.contains(*Address::parse("127.0.0.1")));
}

TEST_CASE("entries that are none") {
    for (const std::string wrong :
         {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ",
          "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0.0/x", "10.0.0/8", "::/129", "fe80::1%lo/64", "sense1", "*",
          "10.0.0.0/99999999999999999999", "10.0.0.1-10.0.0.9"}) {
        CAPTURE(wrong);
        CHECK_THROWS_WITH_AS(AllowList({"127.0.0.1", wrong}), doctest::Contains(("\"" + wrong + "\"").c_str()),
                             std::runtime_error);
    }
}

TEST_CASE("which listen addresses are loopback") {
    for (const auto* loopback : {"127.0.0.1:9998", "127.1.2.3:0", "[::1]:9998", "localhost:9998"}) {
        CAPTURE(loopback);
        CHECK(listens_on_loopback(loopback));
    }
    for (const auto* open : {"*:9998", "0.0.0.0:9998", "[::]:9998", "10.1.2.3:9998", "[fd00::1]:9998", "sense1:9998",
                             "[::ffff:10.1.2.3]:1", "localhost.evil:9998"}) {
        CAPTURE(open);
        CHECK_FALSE(listens_on_loopback(open));
    }
    for (const std::string wrong :
         {"", ":", "9998", ":9998", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1: 1", "::1:9998", "[::1]", "[127.0.0.1]:9998", "[]:9998", "::1]:9998"}) {
        CAPTURE(wrong);
        CHECK_THROWS_WITH_AS(listens_on_loopback(wrong), doctest::Contains("listen: \""), std::runtime_error);
    }
}
