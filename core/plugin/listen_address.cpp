#include "plugin/listen_address.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace tocsin::core {
namespace {

namespace ip = boost::asio::ip;

struct HostPort {
    std::string host;
    std::uint16_t port;
};

HostPort split(std::string_view address) {
    const auto fail = [&] {
        throw std::runtime_error{
            fmt::format("\"{}\" is no address to listen on: write host:port, [IPv6]:port or *:port", address)};
    };
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0) fail();
    auto host = address.substr(0, colon);
    const auto digits = address.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) fail();
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!bracketed && host.find(':') != std::string_view::npos) fail();
    if (host == "localhost" && !bracketed) host = "127.0.0.1";
    return {std::string{host}, port};
}

const ip::address all_v6{ip::address_v6::any()};
const ip::address all_v4{ip::address_v4::any()};

}  // namespace

ListenAddress listen_address(const ip::address& address, std::uint16_t port, bool only_v6) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return {ip::make_address_v4(ip::v4_mapped, address.to_v6()), port};
    return {address, port, address == all_v6 && !only_v6};
}

std::string to_string(const ListenAddress& address) {
    if (address.is_everything) return fmt::format("*:{}", address.port);
    const auto host = address.address.to_string();
    return address.address.is_v6() ? fmt::format("[{}]:{}", host, address.port)
                                   : fmt::format("{}:{}", host, address.port);
}

std::vector<ListenAddress> resolve_listen_address(const std::string& text) {
    const auto [host, port] = split(text);
    if (host == "*") return {{all_v6, port, true}, {all_v4, port}};
    boost::asio::io_context context;
    boost::system::error_code error;
    ip::udp::resolver resolver{context};
    const auto found = resolver.resolve(host, std::to_string(port), ip::udp::resolver::passive, error);
    if (error) throw std::runtime_error{fmt::format("cannot listen on {}: {}", text, error.message())};
    std::vector<ListenAddress> addresses;
    for (const auto& entry : found) addresses.push_back(listen_address(entry.endpoint().address(), port, true));
    return addresses;
}

std::vector<ListenAddress> also_suitable(const std::vector<ListenAddress>& wanted) {
    std::vector<ListenAddress> all;
    for (const auto& address : wanted)
        if (address.port != 0) all.push_back(address);
    if (all.empty()) return all;
    const auto first = all.front();
    if (first.address == all_v6) all.push_back({all_v6, first.port, !first.is_everything});
    return all;
}

}  // namespace tocsin::core
