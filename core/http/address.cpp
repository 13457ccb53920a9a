#include "http/address.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace tocsin::core::http {

bool Address::is_loopback() const noexcept {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (error) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    return address.is_loopback();
}

std::optional<Address> parse_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    Address address;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, address.port);
    if (digits.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    if (host == "*") {
        address.host = host;
        return address;
    }
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "localhost" && !bracketed) host = "127.0.0.1";
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(host, error);
    if (error || parsed.is_v6() != bracketed) return std::nullopt;
    address.host = parsed.to_string();
    return address;
}

}  // namespace tocsin::core::http
