#include "address.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#if defined(_WIN32)
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#endif

namespace task_log {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<int> parse_number(std::string_view text, int maximum) noexcept {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > maximum) return std::nullopt;
    return value;
}

bool same_bits(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int bits) noexcept {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(a.begin(), a.begin() + bits / 8, b.begin())) return false;
    return bits % 8 == 0 || (a[whole] ^ b[whole]) >> (8 - bits % 8) == 0;
}

[[noreturn]] void refuse_listen(std::string_view listen) {
    throw std::runtime_error{"listen: \"" + std::string{listen} +
                             "\" is no address; expected \"host:port\", \"[v6]:port\" or \"*:port\""};
}

}  // namespace

Address::Address(const std::array<std::uint8_t, 4>& bytes) noexcept {
    std::ranges::copy(mapped_prefix, bytes_.begin());
    std::ranges::copy(bytes, bytes_.begin() + mapped_prefix.size());
}

Address::Address(const std::array<std::uint8_t, 16>& bytes) noexcept : bytes_{bytes} {}

std::optional<Address> Address::parse(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated{text};
    std::array<std::uint8_t, 4> v4{};
    if (inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return Address{v4};
    std::array<std::uint8_t, 16> v6{};
    if (inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return Address{v6};
    return std::nullopt;
}

bool Address::is_v4() const noexcept { return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin()); }

bool Address::is_loopback() const noexcept {
    if (is_v4()) return bytes_[12] == 127;
    std::array<std::uint8_t, 16> loopback{};
    loopback[15] = 1;
    return bytes_ == loopback;
}

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_v4())
        inet_ntop(AF_INET, bytes_.data() + mapped_prefix.size(), text.data(), text.size());
    else
        inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

std::optional<AllowList::Network> AllowList::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address_text = text.substr(0, slash);
    const auto address = Address::parse(address_text);
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return Network{*address, 128};
    const bool written_as_v4 = address_text.find(':') == std::string_view::npos;
    const auto prefix = parse_number(text.substr(slash + 1), written_as_v4 ? 32 : 128);
    if (!prefix) return std::nullopt;
    return Network{*address, written_as_v4 ? *prefix + 96 : *prefix};
}

AllowList::AllowList(const std::vector<std::string>& entries) {
    for (const auto& entry : entries) {
        const auto network = parse(entry);
        if (!network)
            throw std::runtime_error{"allow-from: \"" + entry +
                                     "\" is neither an address nor a network; expected for example \"10.1.2.3\", "
                                     "\"10.0.0.0/8\" or \"fd00::/8\""};
        networks_.push_back(*network);
    }
}

bool AllowList::contains(const Address& address) const noexcept {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        if (address.is_v4() && network.prefix < 96) return false;
        return same_bits(address.bytes(), network.address.bytes(), network.prefix);
    });
}

bool listens_on_loopback(std::string_view listen) {
    const auto colon = listen.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || !parse_number(listen.substr(colon + 1), 65535))
        refuse_listen(listen);
    auto host = listen.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    const bool has_colon = host.find(':') != std::string_view::npos;
    if (host.empty() || has_colon != bracketed || host.find('\0') != std::string_view::npos) refuse_listen(listen);
    if (host == "localhost") return true;
    const auto address = Address::parse(host);
    return address && address->is_loopback();
}

}  // namespace task_log
