#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::core {

/// Where a socket is bound, whatever family it is of.
struct ListenAddress {
    boost::asio::ip::address address;  ///< an IPv4-mapped one as IPv4
    std::uint16_t port = 0;
    bool is_everything = false;  ///< `[::]`, and IPv4 too

    bool operator==(const ListenAddress&) const = default;
};

/// `only_v6`: whether a socket of IPv6 is closed to IPv4.
ListenAddress listen_address(const boost::asio::ip::address& address, std::uint16_t port, bool only_v6);

/// "127.0.0.1:9998", "[::1]:9998", "*:9998" (everything).
std::string to_string(const ListenAddress& address);

/// Where to listen for "host:port", "[v6]:port" or "*:port" (every address, IPv6 and IPv4): the first of these that can
/// be had. "localhost" is 127.0.0.1, other host names are looked up. Throws std::runtime_error: not an address, unknown
/// host.
std::vector<ListenAddress> resolve_listen_address(const std::string& text);

/// Those that do as well when they are bound already: for everything, IPv4's or IPv6's part of it, and for `[::]`
/// everything (which it means with other programs). Best first; without port 0, which is another one each time.
std::vector<ListenAddress> also_suitable(const std::vector<ListenAddress>& wanted);

}  // namespace tocsin::core
