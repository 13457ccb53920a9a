#include "websocket.hpp"

#include <doctest/doctest.h>

#include <string>

namespace websocket = mqtt::websocket;
using namespace std::string_literals;

namespace {

/// RFC 6455, 1.3.
const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

std::string with(const std::string& what, const std::string& instead) {
    auto text = answer;
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), instead);
}

bool has(const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

struct Fed {
    std::string payload;
    std::string answer;
    std::string fault;
};

Fed fed(const std::string& bytes) {
    Fed whole;
    websocket::Frames frames{64 * 1024};
    whole.fault = frames.feed(bytes, whole.payload, whole.answer);
    Fed pieces;
    websocket::Frames again{64 * 1024};
    for (const char byte : bytes) {
        pieces.fault = again.feed({&byte, 1}, pieces.payload, pieces.answer);
        if (!pieces.fault.empty()) break;
    }
    CHECK(pieces.payload == whole.payload);
    CHECK(pieces.answer.size() == whole.answer.size());
    CHECK(pieces.fault == whole.fault);
    return whole;
}

/// Takes the mask off a frame of a client with a short payload.
std::string unmasked(const std::string& frame) {
    std::string payload = frame.substr(6);
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ frame[2 + i % 4]);
    return payload;
}

}  // namespace

TEST_CASE("the request names host, path and the subprotocol") {
    const auto text = websocket::request("plant", 9001, false, "/mqtt", "KEY");
    CHECK(text.find("GET /mqtt HTTP/1.1\r\nHost: plant:9001\r\n") == 0);
    CHECK(has(text, "\r\nSec-WebSocket-Protocol: mqtt\r\n"));
    CHECK(has(text, "\r\nSec-WebSocket-Key: KEY\r\n"));
    CHECK(text.substr(text.size() - 4) == "\r\n\r\n");
    CHECK(has(websocket::request("plant", 443, true, "/", "KEY"), "Host: plant\r\n"));
    CHECK(has(websocket::request("plant", 80, true, "/", "KEY"), "Host: plant:80\r\n"));
    CHECK(has(websocket::request("[::1]", 80, false, "/", "KEY"), "Host: [::1]\r\n"));
    CHECK(websocket::make_key().size() == 24);
    CHECK(websocket::make_key() != websocket::make_key());
}

TEST_CASE("the answer must be that of a WebSocket server for MQTT") {
    CHECK(websocket::fault_in_answer(answer, key).empty());
    CHECK(websocket::fault_in_answer(with("Upgrade: websocket", "uPGRADE:  WebSocket "), key).empty());
    CHECK(websocket::fault_in_answer(with("Sec-WebSocket-Protocol: mqtt\r\n", ""), key).empty());
    CHECK(has(websocket::fault_in_answer(with("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: chat"), key),
              "does not speak MQTT"));
    CHECK(has(websocket::fault_in_answer(with("s3p", "S3p"), key), "not that of a WebSocket server"));
    CHECK(has(websocket::fault_in_answer(with("Upgrade: websocket", "Upgrade: h2c"), key), "not that of a WebSocket"));
    CHECK(has(websocket::fault_in_answer("HTTP/1.1 404 Not\x1b Found\r\n\r\n", key),
              "opens no WebSocket: 'HTTP/1.1 404 Not? Found'; look at the path in url"));
    CHECK(has(websocket::fault_in_answer("HTTP/1.1 1010\r\n\r\n", key), "opens no WebSocket"));
    CHECK(has(websocket::fault_in_answer("HTTP/1.1\r\n\r\n", key), "opens no WebSocket"));
    CHECK(has(websocket::fault_in_answer("SSH-2.0\r\n\r\n", key), "does not speak HTTP"));
    CHECK(has(websocket::fault_in_answer("", key), "does not speak HTTP"));
}

TEST_CASE("frames of a client are binary, whole and masked") {
    std::string out;
    websocket::append_frame(out, "hello");
    CHECK(out.substr(0, 2) == "\x82\x85");
    CHECK(unmasked(out) == "hello");
    out.clear();
    websocket::append_frame(out, std::string(126, 'x'));
    CHECK(out.substr(0, 4) == "\x82\xfe\0\x7e"s);
    CHECK(out.size() == 8 + 126);
    out.clear();
    websocket::append_frame(out, std::string(65536, 'x'));
    CHECK(out.substr(0, 10) == "\x82\xff\0\0\0\0\0\1\0\0"s);
    CHECK(websocket::close_frame().substr(0, 2) == "\x88\x82");
    CHECK(unmasked(websocket::close_frame()) == "\x03\xe8");
}

TEST_CASE("frames of a broker, in pieces and fragments") {
    CHECK(fed("\x82\2ab\x82\0\x82\1c"s).payload == "abc");
    CHECK(fed("\2\1a\0\1b\x80\1c\x82\1d"s).payload == "abcd");
    CHECK(fed("\x82\x7e\0\x80"s + std::string(128, 'x')).payload == std::string(128, 'x'));
    CHECK(fed("\x82\x7f\0\0\0\0\0\1\0\0"s + std::string(65536, 'y')).payload.size() == 65536);
    const auto pinged = fed("\2\1a\x89\3abc\x80\1b\x8a\0\x89\0"s);  // a ping between fragments
    CHECK(pinged.payload == "ab");
    REQUIRE(pinged.answer.size() == 9 + 6);
    CHECK(pinged.answer.substr(0, 2) == "\x8a\x83");
    CHECK(unmasked(pinged.answer.substr(0, 9)) == "abc");
    CHECK(pinged.fault.empty());
}

TEST_CASE("pings beyond what the broker takes are left unanswered") {
    websocket::Frames frames{20};
    std::string payload;
    std::string answer;
    for (int i = 0; i < 1000; ++i) CHECK(frames.feed("\x89\0"s, payload, answer).empty());
    CHECK(answer.size() == 24);
    answer.clear();
    CHECK(frames.feed("\x89\0"s, payload, answer).empty());
    CHECK(answer.size() == 6);
}

TEST_CASE("what a broker must not send") {
    CHECK(fed("\x88\0"s).fault == "the broker closed the WebSocket");
    CHECK(fed("\x82\1a\x88\5\3\xe9"
              "b\ny"s)
              .fault == "the broker closed the WebSocket (1001: b?y)");
    CHECK(has(fed("\x81\1a"s).fault, "text instead of MQTT"));
    for (const auto& bytes :
         {"\x82\x81mask1"s, "\xc2\1a"s, "\x80\1a"s, "\2\1a\x82\1b"s, "\x8b\0"s, "\x09\1a"s, "\x89\x7e\0\x80"s})
        CHECK(has(fed(bytes).fault, "no WebSocket frame"));
}

TEST_CASE("a frame that announces more than there is memory is not waited for in memory") {
    websocket::Frames frames{64 * 1024};
    std::string payload;
    std::string answer;
    CHECK(frames
              .feed("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"
                    "abc"s,
                    payload, answer)
              .empty());
    CHECK(payload == "abc");
}
