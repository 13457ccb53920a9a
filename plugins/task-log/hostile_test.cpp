#include "event_builder.hpp"
#include "message.hpp"
#include "samples.hpp"

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace task_log;

namespace {

const std::string ids = "7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e";
const std::string block = ids + ";2024-05-06 07:08:09,123;ERROR;00000001-1111-4222-8333-444444444444";

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Whether a message came out; checks what holds for every event.
bool parse(std::string_view datagram) {
    static MessageParser parser;
    static EventBuilder builder{TimeZone::named("Europe/Stockholm")};
    // Of its own size, so that a sanitizer sees every byte read beyond it.
    const std::vector<char> exact(datagram.begin(), datagram.end());
    const auto message = parser.parse({exact.data(), exact.size()});
    if (!message) {
        REQUIRE_FALSE(parser.problem().empty());
        return false;
    }
    const tocsin::testing::Event event{builder.build(*message, {}).to_abi()};
    REQUIRE_FALSE(event.topic.empty());
    REQUIRE_FALSE(event.id.empty());
    std::set<std::string> keys;
    for (const auto& [key, value] : event.tags) {
        REQUIRE(keys.insert(key).second);
        REQUIRE(code_points(value) <= (key == "logMessage" ? MessageParser::max_text : MessageParser::max_field));
        REQUIRE(value.size() <= 4 * MessageParser::max_text);
        REQUIRE(std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    }
    return true;
}

const std::vector<std::string_view> samples{test::failed_sample, test::aborted_sample, test::success_sample,
                                            test::engine_sample, test::session_sample};

}  // namespace

TEST_CASE("datagrams of one byte over and over") {
    for (const char byte : {';', '\0', '/', '\\', '\n', ' ', '\xff', '\x80', 'a'})
        for (const std::size_t size : {0, 1, 10, 11, 500, 65507}) CHECK_FALSE(parse(std::string(size, byte)));
}

TEST_CASE("as many semicolons as fit behind each type") {
    for (const auto sample : samples) {
        std::string datagram{sample.substr(0, sample.find(';'))};
        datagram.resize(65'507, ';');
        CHECK_FALSE(parse(datagram));
    }
}

TEST_CASE("as many semicolons as fit in one field") {
    const std::string head = "/scheduler-task-failed/;h;";
    const std::string many(65'000, ';');
    CHECK(parse(head + "T;A" + many + ";LAB\\u;" + block + ";m"));
    CHECK(parse(head + many + block + ";m"));
    CHECK(parse(head + "T;A;u;" + block + ";" + many));
    CHECK_FALSE(parse(head + many));
}

TEST_CASE("names that are alike as long as they fit") {
    std::string names;
    while (names.size() < 64'000) names += "a;";
    CHECK(parse("/scheduler-task-failed/;h;" + names + "LAB\\u;" + block + ";m"));
}

TEST_CASE("anchors as many as fit") {
    std::string anchors;
    while (anchors.size() < 65'000) anchors += block + ";";
    CHECK(parse("/scheduler-task-failed/;h;T;A;LAB\\u;" + anchors));
}

TEST_CASE("a field as long as fits") {
    for (const char byte : {'a', '\x80', '\xff', '\x01', '\\'}) {
        std::string field(65'000, byte);
        parse("/scheduler-task-failed/;h;" + field + ";A;u;" + block + ";m");
        parse("/scheduler-task-failed/;h;T;A;" + field + ";" + block + ";m");
        parse("/scheduler-task-failed/;h;T;A;u;" + block + ";" + field);
    }
}

TEST_CASE("every beginning of every sample") {
    for (const auto sample : samples)
        for (std::size_t size = 0; size <= sample.size(); ++size) {
            const auto begun = sample.substr(0, size);
            const auto semicolons = static_cast<std::size_t>(std::ranges::count(begun, ';'));
            const std::size_t wanted = sample == test::engine_sample ? 8 : sample == test::session_sample ? 7 : 10;
            CAPTURE(begun);
            CHECK(parse(begun) == (semicolons >= wanted));
        }
}

TEST_CASE("random bytes") {
    std::mt19937 random{20240506};
    std::string datagram;
    for (int round = 0; round < 100'000; ++round) {
        datagram.resize(random() % 300);
        for (auto& byte : datagram) byte = static_cast<char>(random());
        if (round % 2 == 0) datagram.insert(0, "/scheduler-task-failed/;");
        parse(datagram);
    }
}

TEST_CASE("samples with random changes") {
    std::mt19937 random{42};
    const std::string_view spice = ";;;;\\\n\r\x01\x7f\xff\xc3-0 /";
    int parsed = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string datagram{samples[random() % samples.size()]};
        for (auto changes = random() % 8; changes > 0 && !datagram.empty(); --changes) {
            const auto at = random() % datagram.size();
            switch (random() % 4) {
                case 0: datagram[at] = spice[random() % spice.size()]; break;
                case 1: datagram.insert(at, 1, spice[random() % spice.size()]); break;
                case 2: datagram.erase(at, random() % 20); break;
                default: datagram.insert(at, datagram.substr(random() % datagram.size(), random() % 60)); break;
            }
        }
        parsed += parse(datagram) ? 1 : 0;
    }
    CHECK(parsed > 10'000);
    CHECK(parsed < 50'000);
}
