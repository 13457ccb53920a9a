#include "plugin/listeners.hpp"

#include "base/log.hpp"
#include "plugin/listen_address.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <list>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

using UdpSocket = boost::asio::ip::udp::socket;
using TcpAcceptor = boost::asio::ip::tcp::acceptor;
using Error = boost::system::error_code;

struct Reader {
    Listeners::Owner owner{};  ///< nobody: nobody reads it
    std::string asked;         ///< the address as its reader wrote it
    bool yields = false;
};

struct UdpListener {
    UdpSocket socket;
    ListenAddress address;
    Reader reader;
    Reader next;                                ///< reads it too, and takes the reader's place when that one leaves
    std::optional<std::uint32_t> passed_drops;  ///< of one that was passed
};

bool is_unread(const UdpListener& listener) { return listener.reader.owner.who == nullptr; }

struct TcpListener {
    TcpAcceptor acceptor;
    ListenAddress address;
    bool is_v6;
    bool was_asked_for = false;
};

bool was_not_asked_for(const TcpListener& listener) { return !listener.was_asked_for; }

/// Where the socket is bound. Nothing when the system does not say.
template <class Socket>
std::optional<ListenAddress> bound_to(Socket& socket) {
    Error error;
    const auto endpoint = socket.local_endpoint(error);
    boost::asio::ip::v6_only only_v6{true};
    if (!error && endpoint.address().is_v6()) socket.get_option(only_v6, error);
    if (error) return std::nullopt;
    return listen_address(endpoint.address(), endpoint.port(), only_v6.value());
}

std::optional<UdpSocket> bound(boost::asio::io_context& context, const ListenAddress& address, Error& error) {
    const UdpSocket::endpoint_type endpoint{address.address, address.port};
    UdpSocket socket{context};
    socket.open(endpoint.protocol(), error);
    if (error) return std::nullopt;
    if (address.address.is_v6()) socket.set_option(boost::asio::ip::v6_only{!address.is_everything}, error);
    socket.bind(endpoint, error);
    if (error) return std::nullopt;
    return socket;
}

/// Whether one of them keeps the other from being bound.
bool overlap(const ListenAddress& a, const ListenAddress& b) {
    if (a.port != b.port) return false;
    if (a.is_everything || b.is_everything || a.address == b.address) return true;
    return a.address.is_v4() == b.address.is_v4() && (a.address.is_unspecified() || b.address.is_unspecified());
}

void tell(const std::string& name, const std::string& asked, const ListenAddress& place,
          const std::optional<std::uint32_t>& passed_drops) {
    if (passed_drops)
        log::info("reading a socket that was passed", {{"name", name},
                                                       {"asked", asked},
                                                       {"address", to_string(place)},
                                                       {"kernel_drops_before", std::uint64_t{*passed_drops}}});
    else
        log::info("listening", {{"name", name}, {"asked", asked}, {"address", to_string(place)}});
}

}  // namespace

struct Listeners::Sockets {
    boost::asio::io_context context;
    std::list<UdpListener> udp;
    std::list<TcpListener> tcp;

    /// The best of `addresses`, which are sorted by how well they suit.
    template <class Listener>
    static auto find(std::list<Listener>& listeners, const std::vector<ListenAddress>& addresses) {
        for (const auto& address : addresses) {
            const auto found = std::find_if(listeners.begin(), listeners.end(),
                                            [&](const Listener& listener) { return listener.address == address; });
            if (found != listeners.end()) return found;
        }
        return listeners.end();
    }

    template <class Listener>
    void adopt(const PassedSocket& passed, std::list<Listener>& listeners, auto socket, auto... more) {
        Error error;
        using Protocol = typename decltype(socket)::protocol_type;
        socket.assign(passed.is_v6 ? Protocol::v6() : Protocol::v4(), passed.handle, error);
        const auto address = error ? std::nullopt : bound_to(socket);
        if (address)
            listeners.push_back({std::move(socket), *address, more...});
        else
            log::warning("a socket that was passed cannot be used",
                         {{"descriptor", static_cast<std::uint64_t>(passed.handle)}, {"problem", error.message()}});
    }

    UdpListener& udp_for(const std::string& asked) {
        auto found = std::find_if(udp.begin(), udp.end(),
                                  [&](const UdpListener& listener) { return listener.reader.asked == asked; });
        if (found != udp.end()) return *found;
        const auto wanted = resolve_listen_address(asked);
        found = find(udp, also_suitable(wanted));
        if (found != udp.end()) return *found;
        Error error;
        std::optional<UdpSocket> socket;
        for (const auto& address : wanted)
            if (!socket) socket = bound(context, address, error);
        const auto place = socket ? bound_to(*socket) : std::nullopt;
        if (!place)
            throw std::runtime_error{
                fmt::format("cannot listen on {}: {}{}", asked, error.message(), hint(wanted, error))};
        return udp.emplace_back(UdpListener{std::move(*socket), *place, {}, {}, {}});
    }

    /// What an error about an address in use leaves out.
    std::string hint(const std::vector<ListenAddress>& wanted, const Error& error) const {
        for (const auto& listener : udp)
            for (const auto& address : wanted) {
                if (listener.passed_drops && listener.address.port == address.port)
                    return fmt::format(" (the service manager passed {}, which is not the same)",
                                       to_string(listener.address));
                if (error == boost::asio::error::address_in_use && overlap(listener.address, address))
                    return fmt::format(" ({} of this router reads {}{})", listener.reader.owner.name,
                                       to_string(listener.address),
                                       listener.reader.yields ? ", until it is restarted" : "");
            }
        return {};
    }
};

Listeners::Listeners() : sockets_{std::make_unique<Sockets>()} {}
Listeners::~Listeners() = default;

void Listeners::adopt(const std::vector<PassedSocket>& sockets) {
    const std::scoped_lock lock{mutex_};
    for (const auto& passed : sockets) {
        if (passed.is_tcp)
            sockets_->adopt(passed, sockets_->tcp, TcpAcceptor{sockets_->context}, passed.is_v6);
        else
            sockets_->adopt(passed, sockets_->udp, UdpSocket{sockets_->context}, Reader{}, Reader{},
                            std::optional{passed.kernel_drops});
    }
}

std::int64_t Listeners::udp(const std::string& address, const Owner& owner) {
    const std::scoped_lock lock{mutex_};
    auto& [socket, place, reader, next, passed_drops] = sockets_->udp_for(address);
    const bool is_read = reader.owner.who != nullptr;
    if (is_read && (!reader.yields || next.owner.who != nullptr))
        throw std::runtime_error{
            fmt::format("cannot listen on {}: {} does already", address, (reader.yields ? next : reader).owner.name)};
    if (reader.asked.empty()) tell(owner.name, address, place, passed_drops);
    (is_read ? next : reader) = {owner, address};
    return static_cast<std::int64_t>(socket.native_handle());
}

std::optional<Listeners::TcpSocket> Listeners::passed_tcp(const std::string& address) {
    const auto wanted = resolve_listen_address(address);
    const std::scoped_lock lock{mutex_};
    const auto found = sockets_->find(sockets_->tcp, also_suitable(wanted));
    if (found == sockets_->tcp.end()) return std::nullopt;
    found->was_asked_for = true;
    return TcpSocket{static_cast<std::int64_t>(found->acceptor.native_handle()), found->is_v6};
}

void Listeners::set_yields(const void* owner, bool yields) {
    const std::scoped_lock lock{mutex_};
    for (auto& listener : sockets_->udp)
        if (listener.reader.owner.who == owner) listener.reader.yields = yields;
}

void Listeners::release(const void* owner) {
    hand_on(owner);
    const std::scoped_lock lock{mutex_};
    for (auto& listener : sockets_->udp)
        if (listener.reader.owner.who == owner) listener.reader.owner = {};
}

void Listeners::hand_on(const void* owner) {
    const std::scoped_lock lock{mutex_};
    for (auto& [socket, place, reader, next, passed_drops] : sockets_->udp) {
        if (next.owner.who == owner) next = {};
        if (reader.owner.who == owner && next.owner.who != nullptr) reader = std::exchange(next, {});
    }
}

void Listeners::close_unread() {
    const std::scoped_lock lock{mutex_};
    const auto tell = [](std::string_view protocol, const ListenAddress& address) {
        log::warning("a socket that was passed is closed: nothing in the configuration listens there",
                     {{"protocol", protocol}, {"address", to_string(address)}});
    };
    for (const auto& listener : sockets_->udp)
        if (is_unread(listener) && listener.passed_drops) tell("udp", listener.address);
    for (const auto& listener : sockets_->tcp)
        if (was_not_asked_for(listener)) tell("tcp", listener.address);
    sockets_->udp.remove_if(is_unread);
    sockets_->tcp.remove_if(was_not_asked_for);
}

void Listeners::close_released() {
    const std::scoped_lock lock{mutex_};
    sockets_->udp.remove_if([](const UdpListener& listener) { return is_unread(listener) && !listener.passed_drops; });
}

}  // namespace tocsin::core
