#include "sent_packets.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using mqtt::SentPackets;
using Answer = mqtt::SentPackets::Answer;
using namespace std::string_literals;

namespace {

/// A PUBLISH to the topic "t/x".
std::string publish(int qos, char identifier, const std::string& payload = "payload") {
    const auto body = "\0\3t/x"s + (qos > 0 ? "\1"s + identifier : ""s) + payload;
    std::string size;
    auto left = body.size();
    do {
        size += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
        left >>= 7;
    } while (left != 0);
    return static_cast<char>(0x30 | qos << 1) + size + body;
}

std::string pubrel(char identifier) { return "\x62\2\1"s + identifier; }

constexpr std::uint16_t id(unsigned char low) { return static_cast<std::uint16_t>(0x100 | low); }

}  // namespace

TEST_CASE("each packet is answered once, with what its QoS says and in that order") {
    const auto connect = "\x10\x0d\0\4MQTT\5\2\0\x3c\0\0\0"s;
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000000U}) {
        CAPTURE(piece);
        SentPackets sent;
        const auto feed = [&](const std::string& bytes) {
            for (std::size_t at = 0; at < bytes.size(); at += piece) sent.feed(bytes.substr(at, piece));
        };
        feed(connect + publish(1, 1, "") + publish(0, 9) + publish(2, 2, std::string(70'000, '\x32')) + "\xc0\0"s +
             publish(2, 3) + publish(1, 4));
        for (const auto answer : {Answer::puback, Answer::pubrec, Answer::pubcomp}) {
            CHECK_FALSE(sent.take_answer(answer, id(9), 0));
            CHECK_FALSE(sent.take_answer(answer, 0, 0));
            CHECK(sent.take_answer(answer, id(1), 0) == (answer == Answer::puback));
        }
        CHECK_FALSE(sent.take_answer(Answer::puback, id(1), 0));

        CHECK_FALSE(sent.take_answer(Answer::puback, id(2), 0));
        feed(pubrel(2));  // out of turn
        CHECK_FALSE(sent.take_answer(Answer::pubcomp, id(2), 0));
        CHECK(sent.take_answer(Answer::pubrec, id(2), 0x10));
        CHECK_FALSE(sent.take_answer(Answer::pubrec, id(2), 0));
        CHECK_FALSE(sent.take_answer(Answer::pubcomp, id(2), 0));
        feed(pubrel(2));
        CHECK_FALSE(sent.take_answer(Answer::pubrec, id(2), 0));
        CHECK(sent.take_answer(Answer::pubcomp, id(2), 0));
        CHECK_FALSE(sent.take_answer(Answer::pubcomp, id(2), 0));

        CHECK(sent.take_answer(Answer::pubrec, id(3), 0x80));
        feed(pubrel(3));
        CHECK_FALSE(sent.take_answer(Answer::pubcomp, id(3), 0));

        CHECK(sent.take_answer(Answer::puback, id(4), 0x87));
        feed(publish(2, 4));  // the identifier is used again
        CHECK(sent.take_answer(Answer::pubrec, id(4), 0));
    }
}

TEST_CASE("a publish that is not whole yet waits for no answer") {
    SentPackets sent;
    const auto bytes = publish(1, 1);
    sent.feed(bytes.substr(0, bytes.size() - 1));
    CHECK_FALSE(sent.take_answer(Answer::puback, id(1), 0));
    sent.feed(bytes.substr(bytes.size() - 1));
    CHECK(sent.take_answer(Answer::puback, id(1), 0));
}

TEST_CASE("what is no MQTT is not answered") {
    SentPackets sent;
    sent.feed("\x32\1\0"s + "\x32\4\0\3ab"s + "\x62\0"s + "\x62\1\0"s + "\x30\xff\xff\xff\xff\xff"s);
    for (unsigned identifier = 0; identifier < 65536; ++identifier)
        CHECK_FALSE(sent.take_answer(Answer::puback, static_cast<std::uint16_t>(identifier), 0));
}
