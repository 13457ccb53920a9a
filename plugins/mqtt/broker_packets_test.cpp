#include "broker_packets.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using mqtt::BrokerPackets;
using mqtt::Protocol;
using namespace std::string_literals;

namespace {

/// One publish at QoS 1, number 1, and three at QoS 2; a PUBREC has come for number 4.
void send_some(BrokerPackets& packets) {
    packets.note_sent("\x32\5\0\1t\0\1\x34\5\0\1t\0\2\x34\5\0\1t\0\3\x34\5\0\1t\0\4"s);
    std::string out;
    CHECK(packets.feed("\x50\2\0\4"s, out).empty());
    packets.note_sent("\x62\2\0\4"s);
}

/// What comes out, or "fault: ...".
std::string cleaned(Protocol protocol, const std::string& bytes) {
    BrokerPackets packets{protocol};
    send_some(packets);
    std::string out;
    const auto fault = packets.feed(bytes, out);
    return fault.empty() ? out : "fault: " + fault;
}

std::string faulty(const std::string& text) { return "fault: the broker sent " + text; }

}  // namespace

TEST_CASE("good packets come through, whatever pieces they arrive in") {
    const auto v5 = "\x20\x06\0\0\3\x21\0\x14\x40\2\0\1\x50\4\0\2\x87\0\x50\3\0\3\x10\x70\2\0\4\xd0\0\xe0\2\x8b\0"s;
    const auto v3 = "\x20\2\0\0\x40\2\0\1\x50\2\0\2\x70\2\0\4\xd0\0"s;
    for (const auto& [protocol, bytes] : {std::pair{Protocol::v5, v5}, {Protocol::v3_1_1, v3}}) {
        CHECK(cleaned(protocol, bytes) == bytes);
        BrokerPackets packets{protocol};
        send_some(packets);
        std::string out;
        for (const char byte : bytes) CHECK(packets.feed({&byte, 1}, out).empty());
        CHECK(out == bytes);
    }
}

TEST_CASE("a short CONNACK, which an MQTT 3.1.1 broker sends to an MQTT 5 client, is filled up") {
    CHECK(cleaned(Protocol::v5, "\x20\2\0\1"s) == "\x20\3\0\1\0"s);
    CHECK(cleaned(Protocol::v5, "\xe0\0"s) == "\xe0\2\0\0"s);
    CHECK(cleaned(Protocol::v5, "\xe0\1\x8b"s) == "\xe0\2\x8b\0"s);
}

TEST_CASE("what a refusing broker says is kept") {
    BrokerPackets packets{Protocol::v5};
    std::string out;
    CHECK(packets.feed("\x20\x0f\0\x9c\x0c\x1f\0\2no\x1c\0\4b:18"s, out).empty());
    CHECK(packets.refusal() == "no; use the server b:18");
    BrokerPackets good{Protocol::v5};
    CHECK(good.feed("\x20\x08\0\0\5\x1f\0\2hi"s, out).empty());
    CHECK(good.refusal().empty());
}

TEST_CASE("a PUBLISH is dropped without being kept, however long it is") {
    BrokerPackets packets{Protocol::v5};
    send_some(packets);
    std::string out;
    const auto megabyte = std::string(1024 * 1024, 'x');
    CHECK(packets.feed("\xd0\0\x31\xff\xff\xff\x7f"s, out).empty());  // 268,435,455 bytes
    for (int i = 0; i < 255; ++i) CHECK(packets.feed(megabyte, out).empty());
    CHECK(packets.feed(megabyte.substr(1), out).empty());
    CHECK(packets.feed("\x30\2ab\x40\2\0\1"s, out).empty());
    CHECK(out == "\xd0\0\x40\2\0\1"s);
}

TEST_CASE("what breaks the protocol ends the connection") {
    for (const auto protocol : {Protocol::v5, Protocol::v3_1_1}) {
        CHECK(cleaned(protocol, "\x20\1\0"s) == faulty("a CONNACK that is too short"));
        CHECK(cleaned(protocol, "\x40\1\0"s) == faulty("an acknowledgement that is too short"));
        CHECK(cleaned(protocol, "\x40\0"s) == faulty("an acknowledgement that is too short"));
        CHECK(cleaned(protocol, "\x42\2\0\1"s) == faulty("a packet with unknown flags"));
        CHECK(cleaned(protocol, "\xd0\1\0"s) == faulty("a PINGRESP with content"));
        CHECK(cleaned(protocol, "\x20\xff\xff\xff\xff\1"s) == faulty("what is no MQTT packet"));
        CHECK(cleaned(protocol, "\x40\x81\x80\4"s) == faulty("a packet that is too long for an answer"));
        for (const char* other : {"\x10", "\x60", "\x80", "\x90", "\xa0", "\xb0", "\xc0", "\xf0"})
            CHECK(cleaned(protocol, other + ""s) == faulty("a packet that a publisher does not expect"));
    }
    CHECK(cleaned(Protocol::v3_1_1, "\xe0\0"s) == faulty("a packet that a publisher does not expect"));
    CHECK(cleaned(Protocol::v3_1_1, "\x20\3\0\0\0"s) == faulty("a CONNACK that is too long"));
    CHECK(cleaned(Protocol::v3_1_1, "\x40\3\0\1\0"s) == faulty("an acknowledgement that is too long"));
    CHECK(cleaned(Protocol::v5, "\x20\3\0\0\1"s) == faulty("a CONNACK with broken properties"));
    CHECK(cleaned(Protocol::v5, "\x40\4\0\1\0\5"s) == faulty("an acknowledgement with broken properties"));
    CHECK(cleaned(Protocol::v5, "\xe0\2\0\7"s) == faulty("a DISCONNECT with broken properties"));
}

TEST_CASE("a PUBREC that says yes has no properties") {
    CHECK(cleaned(Protocol::v5, "\x50\x09\0\2\x10\5\x1f\0\2hi"s) == "\x50\3\0\2\x10"s);
    CHECK(cleaned(Protocol::v5, "\x50\4\0\2\0\0"s) == "\x50\3\0\2\0"s);
    const auto no = "\x50\x09\0\2\x87\5\x1f\0\2hi"s;
    CHECK(cleaned(Protocol::v5, no) == no);
}

TEST_CASE("an acknowledgement that nothing waits for ends the connection") {
    const auto nothing = faulty("an acknowledgement that nothing waits for");
    for (const auto protocol : {Protocol::v5, Protocol::v3_1_1})
        for (const auto& bytes :
             {"\x40\2\0\1\x40\2\0\1"s, "\x40\2\0\2"s, "\x40\2\0\5"s, "\x40\2\0\0"s, "\x50\2\0\1"s,
              "\x50\2\0\2\x50\2\0\2"s, "\x50\2\0\2\x70\2\0\2"s, "\x70\2\0\2"s, "\x50\2\0\4"s, "\x70\2\0\4\x70\2\0\4"s})
            CHECK(cleaned(protocol, bytes) == nothing);
    CHECK(cleaned(Protocol::v5, "\x50\3\0\2\x87\x70\2\0\2"s) == nothing);
}

TEST_CASE("nothing that arrives brings it down") {
    // A small generator of our own, so that a failure can be repeated.
    std::uint32_t state = 1;
    const auto random = [&] { return state = state * 1664525 + 1013904223, state >> 16; };
    for (int round = 0; round < 20000; ++round) {
        BrokerPackets packets{round % 2 == 0 ? Protocol::v5 : Protocol::v3_1_1};
        for (char id = 0; id < 8; ++id) packets.note_sent((id % 2 == 0 ? "\x32" : "\x34") + "\5\0\1t\0"s + id);
        std::string bytes;
        const char firsts[] = {0x20, 0x40, 0x50, 0x70, '\xd0', '\xe0', 0x30};
        const auto size = random() % 24;
        bytes += firsts[random() % sizeof firsts];
        bytes += static_cast<char>(size);
        for (unsigned i = 0; i < size; ++i)
            bytes += static_cast<char>(random() % 3 == 0 ? random() % 256 : random() % 48);
        std::string out;
        packets.feed(bytes, out);
        CHECK(out.size() <= bytes.size() + 2);
    }
}
