#include "url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace mqtt {
namespace {

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument{"url: " + what}; }

/// Takes the scheme off `rest`; whether it means TLS.
bool take_scheme(std::string_view& rest) {
    const auto end = rest.find("://");
    if (end == std::string_view::npos) wrong("must begin with tcp:// or ssl://, such as tcp://localhost:1883");
    std::string scheme{rest.substr(0, end)};
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char letter) { return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter; });
    rest.remove_prefix(end + 3);
    if (scheme == "tcp" || scheme == "mqtt") return false;
    if (scheme == "ssl" || scheme == "mqtts" || scheme == "tls") return true;
    if (scheme == "ws" || scheme == "wss")
        wrong("MQTT over WebSocket (" + scheme + "://) is not supported; use tcp:// or ssl://");
    wrong("the scheme is none of tcp, mqtt (plain), ssl, mqtts, tls (encrypted)");
}

void refuse_other_parts(std::string_view rest) {
    if (rest.find('@') != std::string_view::npos)
        wrong("must not hold a user or password; give them as the options username and password");
    const auto path = rest.find('/');
    if (path != std::string_view::npos && path + 1 != rest.size())
        wrong("must not have a path; the MQTT topic is an option of the handler");
    if (rest.find_first_of("?#") != std::string_view::npos) wrong("must end after the port");
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

std::string BrokerUrl::text() const {
    const bool brackets = kind_of_host(host) == HostKind::ipv6;
    return (tls ? "ssl://" : "tcp://") + (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

BrokerUrl parse_broker_url(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) wrong("must not contain a NUL character");
    BrokerUrl url;
    url.tls = take_scheme(text);
    refuse_other_parts(text);
    if (!text.empty() && text.back() == '/') text.remove_suffix(1);
    const auto [host, port] = split(text);
    url.host = host;
    url.port = port ? read_port(*port) : (url.tls ? 8883 : 1883);
    return url;
}

}  // namespace mqtt
