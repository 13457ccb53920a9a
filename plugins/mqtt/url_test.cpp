#include "url.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace {

std::string read(std::string_view text) {
    try {
        return mqtt::parse_broker_url(text).text();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

bool refuses(std::string_view text, std::string_view reason) {
    const auto result = read(text);
    INFO(result);
    const bool refused = result.find("url: ") == 0 && result.find(reason) != std::string::npos;
    CHECK(refused);
    return refused;
}

}  // namespace

TEST_CASE("URLs of brokers") {
    CHECK(read("tcp://localhost:1883") == "tcp://localhost:1883");
    CHECK(read("mqtt://plant") == "tcp://plant:1883");
    CHECK(read("ssl://plant") == "ssl://plant:8883");
    CHECK(read("mqtts://plant:1") == "ssl://plant:1");
    CHECK(read("tls://plant:65535/") == "ssl://plant:65535");
    CHECK(read("TCP://Plant_7.example") == "tcp://Plant_7.example:1883");
    CHECK(read("tcp://192.0.2.7:1884") == "tcp://192.0.2.7:1884");
    CHECK(read("tcp://[::1]") == "tcp://[::1]:1883");
    CHECK(read("ssl://[2001:db8::7]:8884") == "ssl://[2001:db8::7]:8884");
}

TEST_CASE("URLs of brokers behind WebSockets") {
    CHECK(read("ws://plant") == "ws://plant:80/mqtt");
    CHECK(read("WSS://plant") == "wss://plant:443/mqtt");
    CHECK(read("ws://plant:9001/") == "ws://plant:9001/");
    CHECK(read("wss://[::1]:9001/a/b") == "wss://[::1]:9001/a/b");
    const auto signed_url = mqtt::parse_broker_url("wss://plant/mqtt?token=geheim@1");
    CHECK(signed_url.path == "/mqtt?token=geheim@1");
    CHECK(signed_url.text() == "wss://plant:443/mqtt");
    CHECK(refuses("ws://plant?x", "path must begin with /"));
    CHECK(refuses("ws://plant/a b", "printable ASCII"));
    CHECK(refuses("ws://plant/\r\nHost: other", "printable ASCII"));
    CHECK(refuses("ws://plant/a#b", "printable ASCII"));
    CHECK(refuses("ws://plant/\xc3\xa5", "printable ASCII"));
    CHECK(refuses("ws://plant/" + std::string(4096, 'a'), "printable ASCII"));
    CHECK(refuses("ws://user:geheim@plant/mqtt", "username and password"));
    CHECK(refuses("ws:///mqtt", "host is missing"));
}

TEST_CASE("what stays on this machine") {
    const auto is_loopback = [](std::string_view text) { return mqtt::parse_broker_url(text).is_loopback(); };
    CHECK(is_loopback("tcp://localhost"));
    CHECK(is_loopback("ws://127.0.0.1"));
    CHECK(is_loopback("tcp://127.9.9.9"));
    CHECK(is_loopback("tcp://[::1]"));
    CHECK(is_loopback("tcp://[0::0:1]"));
    CHECK_FALSE(is_loopback("tcp://plant"));
    CHECK_FALSE(is_loopback("tcp://127.example"));
    CHECK_FALSE(is_loopback("tcp://128.0.0.1"));
    CHECK_FALSE(is_loopback("tcp://[::2]"));
}

TEST_CASE("URLs that are mistakes say what to do") {
    CHECK(refuses("", "must begin with tcp://, ssl://, ws:// or wss://"));
    CHECK(refuses("localhost:1883", "must begin with tcp://, ssl://, ws:// or wss://"));
    CHECK(refuses("http://plant", "none of tcp"));
    CHECK(refuses("tcp://", "host is missing"));
    CHECK(refuses("tcp://:1883", "host is missing"));
    CHECK(refuses("tcp://plant:", "port"));
    CHECK(refuses("tcp://plant:0", "port"));
    CHECK(refuses("tcp://plant:65536", "port"));
    CHECK(refuses("tcp://plant:99999999999999999999", "port"));
    CHECK(refuses("tcp://plant:1883x", "port"));
    CHECK(refuses("tcp://plant:-1", "port"));
    CHECK(refuses("tcp://plant/alerts", "path"));
    CHECK(refuses("tcp://plant?x=1", "end after the port"));
    CHECK(refuses("tcp://plant#x", "end after the port"));
    CHECK(refuses("tcp://::1", "brackets"));
    CHECK(refuses("tcp://[::1", "not closed"));
    CHECK(refuses("tcp://[::1]x", "only :port"));
    CHECK(refuses("tcp://[plant]:1883", "no IPv6 address"));
    CHECK(refuses("tcp://[fe80::1%eth0]", "zone"));
    CHECK(refuses("tcp://pl ant", "neither a name nor an address"));
    CHECK(refuses("tcp://plant\n", "neither a name nor an address"));
    CHECK(refuses(std::string_view{"tcp://pl\0ant", 12}, "NUL"));
    CHECK(refuses("tcp://" + std::string(300, 'a'), "neither a name nor an address"));
}

TEST_CASE("a password in a URL is refused and not shown") {
    CHECK(refuses("tcp://user:geheim@plant", "username and password"));
    CHECK(read("tcp://user:geheim@plant").find("geheim") == std::string::npos);
}
