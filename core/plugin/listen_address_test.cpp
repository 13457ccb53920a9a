#include "plugin/listen_address.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace tocsin::core;
using boost::asio::ip::make_address;

namespace {

std::string all(const std::vector<ListenAddress>& addresses) {
    std::string text;
    for (const auto& address : addresses) text += (text.empty() ? "" : " ") + to_string(address);
    return text;
}

}  // namespace

TEST_CASE("what is written, and where that is") {
    const struct {
        const char* written;
        const char* wanted;
        const char* suitable;
    } table[]{
        {"127.0.0.1:9998", "127.0.0.1:9998", "127.0.0.1:9998"},
        {"0.0.0.0:1", "0.0.0.0:1", "0.0.0.0:1"},
        {"[::1]:65535", "[::1]:65535", "[::1]:65535"},
        {"[::]:9998", "[::]:9998", "[::]:9998 *:9998"},
        // Whatever /etc/hosts says of it first.
        {"localhost:9998", "127.0.0.1:9998", "127.0.0.1:9998"},
        {"[::ffff:127.0.0.1]:9998", "127.0.0.1:9998", "127.0.0.1:9998"},
        {"[0:0:0:0:0:0:0:1]:9998", "[::1]:9998", "[::1]:9998"},
        {"*:9998", "*:9998 0.0.0.0:9998", "*:9998 0.0.0.0:9998 [::]:9998"},
        {"*:0", "*:0 0.0.0.0:0", ""},
    };
    for (const auto& row : table) {
        CAPTURE(row.written);
        const auto wanted = resolve_listen_address(row.written);
        CHECK(all(wanted) == row.wanted);
        CHECK(all(also_suitable(wanted)) == row.suitable);
    }
}

TEST_CASE("what a socket says of itself") {
    CHECK(to_string(listen_address(make_address("127.0.0.1"), 9998, false)) == "127.0.0.1:9998");
    CHECK(to_string(listen_address(make_address("::ffff:127.0.0.1"), 9998, false)) == "127.0.0.1:9998");
    CHECK(to_string(listen_address(make_address("::"), 9998, false)) == "*:9998");
    CHECK(to_string(listen_address(make_address("::"), 9998, true)) == "[::]:9998");
    CHECK(to_string(listen_address(make_address("::1"), 9998, false)) == "[::1]:9998");
    CHECK(listen_address(make_address("::1"), 9998, false) == listen_address(make_address("::1"), 9998, true));
}
