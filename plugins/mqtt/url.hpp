#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mqtt {

enum class HostKind { name, ipv4, ipv6 };

/// What a host is; an IPv6 address stands without brackets.
HostKind kind_of_host(const std::string& host);

/// Where a broker is: `tcp://host:port` (also `mqtt`) or `ssl://host:port` (also `mqtts` and `tls`).
struct BrokerUrl {
    bool tls = false;
    std::string host;  ///< a name or an address, an IPv6 address without brackets
    std::uint16_t port = 0;

    /// The same broker by another name or address.
    BrokerUrl with_host(std::string other) const { return {tls, std::move(other), port}; }

    /// With the scheme `tcp` or `ssl` and the port, an IPv6 address in brackets.
    std::string text() const;
};

/// Reads a URL; the port is 1883 or, with TLS, 8883 when it is left out. Throws std::invalid_argument, whose message
/// never shows what may be a password.
BrokerUrl parse_broker_url(std::string_view text);

}  // namespace mqtt
