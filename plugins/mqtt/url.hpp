#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mqtt {

enum class HostKind { name, ipv4, ipv6 };

/// What a host is; an IPv6 address stands without brackets.
HostKind kind_of_host(const std::string& host);

/// Where a broker is: `tcp://host:port` (also `mqtt`), `ssl://host:port` (also `mqtts` and `tls`), or
/// `ws://host:port/path` and, with TLS, `wss://host:port/path`.
struct BrokerUrl {
    bool tls = false;
    bool websocket = false;
    std::string host;  ///< a name or an address, an IPv6 address without brackets
    std::uint16_t port = 0;
    std::string path;  ///< of a WebSocket, with the query if there is one

    /// The same broker by another name or address.
    BrokerUrl with_host(std::string other) const {
        auto copy = *this;
        copy.host = std::move(other);
        return copy;
    }

    /// An IPv6 address in brackets.
    std::string host_in_url() const;

    /// With the scheme `tcp`, `ssl`, `ws` or `wss`, the port and the path; without the query, which may hold a token.
    std::string text() const;

    /// Whether what is sent stays on this machine.
    bool is_loopback() const;
};

/// Reads a URL. A port that is left out is 1883, with TLS 8883, of a WebSocket 80 or 443; a path that is left out is
/// `/mqtt`. Throws std::invalid_argument, whose message never shows what may be a password.
BrokerUrl parse_broker_url(std::string_view text);

}  // namespace mqtt
