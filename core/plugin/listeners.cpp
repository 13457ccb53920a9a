#include "plugin/listeners.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tocsin::core {

using boost::asio::ip::udp;

namespace {

struct Listener {
    udp::socket socket;
    std::string owner;  ///< empty: nobody reads it
};

}  // namespace

struct Listeners::Sockets {
    boost::asio::io_context context;
    std::map<std::string, Listener> by_address;
};

namespace {

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
    return {std::string{host}, port};
}

std::optional<udp::socket> bound(boost::asio::io_context& context, const udp::endpoint& endpoint, bool any,
                                 boost::system::error_code& error) {
    udp::socket socket{context};
    socket.open(endpoint.protocol(), error);
    if (error) return std::nullopt;
    if (endpoint.protocol() == udp::v6()) socket.set_option(boost::asio::ip::v6_only{!any}, error);
    socket.bind(endpoint, error);
    if (error) return std::nullopt;
    return socket;
}

}  // namespace

Listeners::Listeners() : sockets_{std::make_unique<Sockets>()} {}
Listeners::~Listeners() = default;

std::int64_t Listeners::udp(const std::string& address, const std::string& owner) {
    const std::scoped_lock lock{mutex_};
    if (const auto found = sockets_->by_address.find(address); found != sockets_->by_address.end()) {
        auto& [socket, reader] = found->second;
        if (!reader.empty())
            throw std::runtime_error{fmt::format("cannot listen on {}: {} does already", address, reader)};
        reader = owner;
        return static_cast<std::int64_t>(socket.native_handle());
    }

    const auto [host, port] = split(address);
    boost::system::error_code error;
    std::optional<udp::socket> socket;
    if (host == "*") {
        socket = bound(sockets_->context, {udp::v6(), port}, true, error);
        if (!socket) socket = bound(sockets_->context, {udp::v4(), port}, true, error);
    } else {
        udp::resolver resolver{sockets_->context};
        const auto found = resolver.resolve(host, std::to_string(port), udp::resolver::passive, error);
        if (error) throw std::runtime_error{fmt::format("cannot listen on {}: {}", address, error.message())};
        for (const auto& entry : found)
            if (!socket) socket = bound(sockets_->context, entry.endpoint(), false, error);
    }
    if (!socket) throw std::runtime_error{fmt::format("cannot listen on {}: {}", address, error.message())};
    const auto handle = socket->native_handle();
    sockets_->by_address.emplace(address, Listener{std::move(*socket), owner});
    return static_cast<std::int64_t>(handle);
}

void Listeners::release(const std::string& owner) {
    const std::scoped_lock lock{mutex_};
    for (auto& [address, listener] : sockets_->by_address)
        if (listener.owner == owner) listener.owner.clear();
}

}  // namespace tocsin::core
