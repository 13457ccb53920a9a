#include "url.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace mqtt {
namespace {

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument{"url: " + what}; }

/// Takes the scheme off `rest`.
void take_scheme(std::string_view& rest, BrokerUrl& url) {
    const auto end = rest.find("://");
    if (end == std::string_view::npos)
        wrong("must begin with tcp://, ssl://, ws:// or wss://, such as tcp://localhost:1883");
    std::string scheme{rest.substr(0, end)};
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char letter) { return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter; });
    rest.remove_prefix(end + 3);
    url.tls = scheme == "ssl" || scheme == "mqtts" || scheme == "tls" || scheme == "wss";
    url.websocket = scheme == "ws" || scheme == "wss";
    if (!url.tls && !url.websocket && scheme != "tcp" && scheme != "mqtt")
        wrong("the scheme is none of tcp, mqtt, ws (plain), ssl, mqtts, tls, wss (encrypted)");
}

/// Takes what follows the port off `rest`: the path, with the query, of a WebSocket.
std::string take_path(std::string_view& rest, bool websocket) {
    const auto begin = std::min(rest.find_first_of("/?#"), rest.size());
    std::string path{rest.substr(begin)};
    rest = rest.substr(0, begin);
    if (rest.find('@') != std::string_view::npos || (!websocket && path.find('@') != std::string::npos))
        wrong("must not hold a user or password; give them as the options username and password");
    if (!websocket) {
        if (path.size() > 1 && path[0] == '/')
            wrong("must not have a path; the MQTT topic is an option of the handler");
        if (!path.empty() && path != "/") wrong("must end after the port");
        return {};
    }
    if (path.empty()) return "/mqtt";
    if (path[0] != '/') wrong("the path must begin with /");
    const auto is_fit = [](char letter) { return letter > ' ' && letter < '\x7f' && letter != '#'; };
    if (path.size() > 4096 || !std::all_of(path.begin(), path.end(), is_fit))
        wrong("the path may hold printable ASCII characters only, at most 4096, and no #");
    return path;
}

std::uint16_t read_port(std::string_view digits) {
    unsigned port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0 || port > 65535)
        wrong("the port must be a number from 1 to 65535");
    return static_cast<std::uint16_t>(port);
}

bool is_host_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '.' || letter == '-' || letter == '_';
}

struct HostAndPort {
    std::string_view host;
    std::optional<std::string_view> port;
};

HostAndPort split_brackets(std::string_view rest) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) wrong("the bracket of the IPv6 address is not closed");
    const auto host = rest.substr(1, end - 1);
    if (host.find('%') != std::string_view::npos)
        wrong("an IPv6 address with a zone ('%') is not supported; use an address without one");
    if (kind_of_host(std::string{host}) != HostKind::ipv6) wrong("no IPv6 address stands between the brackets");
    const auto after = rest.substr(end + 1);
    if (after.empty()) return {host, std::nullopt};
    if (after.front() != ':') wrong("only :port may follow the IPv6 address");
    return {host, after.substr(1)};
}

HostAndPort split(std::string_view rest) {
    if (!rest.empty() && rest.front() == '[') return split_brackets(rest);
    const auto colon = rest.find(':');
    const auto host = rest.substr(0, colon);
    if (colon != std::string_view::npos && rest.find(':', colon + 1) != std::string_view::npos)
        wrong("an IPv6 address stands in brackets, such as tcp://[::1]:1883");
    if (host.empty()) wrong("the host is missing");
    if (host.size() > 253 || !std::all_of(host.begin(), host.end(), is_host_letter))
        wrong("the host is neither a name nor an address");
    if (colon == std::string_view::npos) return {host, std::nullopt};
    return {host, rest.substr(colon + 1)};
}

}  // namespace

HostKind kind_of_host(const std::string& host) {
    unsigned char address[16];
    if (::inet_pton(AF_INET, host.c_str(), address) == 1) return HostKind::ipv4;
    if (::inet_pton(AF_INET6, host.c_str(), address) == 1) return HostKind::ipv6;
    return HostKind::name;
}

std::string BrokerUrl::host_in_url() const { return kind_of_host(host) == HostKind::ipv6 ? "[" + host + "]" : host; }

std::string BrokerUrl::text() const {
    const std::string scheme = websocket ? (tls ? "wss://" : "ws://") : (tls ? "ssl://" : "tcp://");
    return scheme + host_in_url() + ":" + std::to_string(port) + path.substr(0, path.find('?'));
}

bool BrokerUrl::is_loopback() const {
    switch (kind_of_host(host)) {
        case HostKind::ipv4: return host.compare(0, 4, "127.") == 0;
        case HostKind::ipv6: {
            in6_addr address{};
            return ::inet_pton(AF_INET6, host.c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
        }
        case HostKind::name: break;
    }
    return host == "localhost";
}

BrokerUrl parse_broker_url(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) wrong("must not contain a NUL character");
    BrokerUrl url;
    take_scheme(text, url);
    url.path = take_path(text, url.websocket);
    const auto [host, port] = split(text);
    url.host = host;
    const std::uint16_t usual = url.websocket ? (url.tls ? 443 : 80) : (url.tls ? 8883 : 1883);
    url.port = port ? read_port(*port) : usual;
    return url;
}

}  // namespace mqtt
