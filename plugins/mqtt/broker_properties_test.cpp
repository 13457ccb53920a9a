#include "broker_properties.hpp"

#include <doctest/doctest.h>

#include <string>

using mqtt::BrokerProperties;
using mqtt::read_properties;
using namespace std::string_literals;

TEST_CASE("the properties of a CONNACK are read, and written the same") {
    const auto list = "\x1f\x13\0\x0a\x21\0\x14\x24\1\x25\0\x27\0\0\x10\0\x1f\0\3why\x1c\0\7other:1"s;
    const auto read = read_properties(list);
    REQUIRE(read);
    CHECK(read->server_keep_alive == 10);
    CHECK(read->receive_maximum == 20);
    CHECK(read->maximum_qos == 1);
    CHECK(read->retain_available == false);
    CHECK(read->maximum_packet_size == 4096);
    CHECK(read->reason == "why");
    CHECK(read->server_reference == "other:1");
    CHECK(read->in_words() == "why; use the server other:1");
    std::string written;
    mqtt::append_properties(written, *read);
    CHECK(written == list);
}

TEST_CASE("properties that do not concern us are passed over, and left out when written") {
    const auto body =
        "\x11\0\0\0\1\x12\0\2id\x15\0\1m\x16\0\2\0\1\x1a\0\1r\x22\0\7\x28\1\x29\0\x2a\1\x26\0\1k\0\1v\x26\0\0\0\0\x24\0"s;
    const auto read = read_properties(static_cast<char>(body.size()) + body);
    REQUIRE(read);
    CHECK(read->maximum_qos == 0);
    std::string written;
    mqtt::append_properties(written, *read);
    CHECK(written == "\2\x24\0"s);
    CHECK(read_properties("\0"s));
    CHECK(read->in_words().empty());
}

TEST_CASE("broken property lists are refused") {
    for (const auto& list :
         {""s, "\1"s, "\5\x21\0"s, "\2\x21\0"s, "\3\x21\0\0"s, "\2\x24\2"s, "\2\x25\2"s, "\5\x27\0\0\0\0"s,
          "\2\x7f\0"s,        // unknown
          "\3\x21\0\5more"s,  // ends before the packet does
          "\4\x1f\0\5a"s,     // text longer than the list
          "\5\x26\0\1k\0"s,   // a pair without its value
          "\x80"s, "\xff\xff\xff\xff\1"s, "\x80\x80\x80\x80"s}) {
        CAPTURE(list);
        CHECK_FALSE(read_properties(list));
    }
}

TEST_CASE("what a broker says fits a log line") {
    CHECK(mqtt::told_by_broker("a\nb\x1b[31m\x7f \xc3\xa5 \xff \xc3") == "a?b?[31m? \xc3\xa5 ? ?");
    CHECK(mqtt::told_by_broker("\xed\xa0\x80") == "???");  // a surrogate
    CHECK(mqtt::told_by_broker(std::string(200, 'x')) == std::string(200, 'x'));
    CHECK(mqtt::told_by_broker(std::string(60000, 'x')) == std::string(200, 'x') + "...");
    CHECK(mqtt::told_by_broker(std::string(199, 'x') + "\xc3\xa5") == std::string(199, 'x') + "...");
}

TEST_CASE("lengths take as few bytes as the standard's table says") {
    for (const auto& [value, bytes] : {std::pair{0u, "\0"s},
                                       {127u, "\x7f"s},
                                       {128u, "\x80\1"s},
                                       {16383u, "\xff\x7f"s},
                                       {16384u, "\x80\x80\1"s},
                                       {268435455u, "\xff\xff\xff\x7f"s}}) {
        std::string written;
        mqtt::append_length(written, value);
        CHECK(written == bytes);
        std::string_view left = bytes;
        bool complete = false;
        CHECK(mqtt::take_length(left, complete) == value);
        CHECK(left.empty());
    }
}
