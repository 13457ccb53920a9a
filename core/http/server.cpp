#include "http/server.hpp"

#include "base/log.hpp"
#include "base/log_limit.hpp"
#include "http/session.hpp"
#include "http/sessions.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <stdexcept>
#include <thread>
#include <utility>

namespace tocsin::core::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto pause_after_failed_accept = std::chrono::milliseconds{100};

error_code listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool also_v4) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (error) return error;
    acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error && endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only{!also_v4}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    error_code ignored;
    if (error) acceptor.close(ignored);
    return error;
}

error_code listen(tcp::acceptor& acceptor, const Address& address) {
    if (address.host == "*") {
        const auto error = listen(acceptor, {tcp::v6(), address.port}, true);
        return error ? listen(acceptor, {tcp::v4(), address.port}, true) : error;
    }
    error_code error;
    const auto host = asio::ip::make_address(address.host, error);
    return error ? error : listen(acceptor, {host, address.port}, false);
}

}  // namespace

class Server::State {
  public:
    State(Routes routes, const Limits& limits)
        : routes_{std::move(routes)}, limits_{limits}, sessions_{limits, [this] {
                                                                     if (thread_.joinable()) context_.stop();
                                                                 }} {}

    void start(const Address& address) {
        if (const auto error = listen(acceptor_, address)) throw std::runtime_error{error.message()};
        run();
    }

    void start(LentSocket socket) {
        error_code error;
        acceptor_.assign(socket.is_v6 ? tcp::v6() : tcp::v4(),
                         static_cast<tcp::acceptor::native_handle_type>(socket.handle), error);
        if (error) throw std::runtime_error{error.message()};
        is_lent_ = true;
        run();
    }

    ~State() {
        if (thread_.joinable()) {
            context_.stop();
            thread_.join();
        }
        leave();
    }

    void stop(std::chrono::milliseconds timeout) {
        if (!thread_.joinable()) return;
        asio::post(context_, [this, timeout] {
            leave();
            pause_.cancel();
            deadline_.expires_after(timeout);
            deadline_.async_wait([this](const error_code& error) {
                if (!error) context_.stop();
            });
            sessions_.close();
        });
        thread_.join();  // on_last is nobody's business any more
    }

    std::uint16_t port() const noexcept { return port_; }

  private:
    void run() {
        port_ = acceptor_.local_endpoint().port();
        accept();
        thread_ = std::thread{[this] { context_.run(); }};
    }

    void leave() {
        error_code ignored;
        if (acceptor_.is_open() && is_lent_) acceptor_.release(ignored);
        acceptor_.close(ignored);
    }

    void accept() {
        acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
            if (error) return accept_later(error);
            sessions_.make_room();
            serve(std::move(socket), sessions_, routes_, limits_);
            accept();
        });
    }

    /// Out of file descriptors, most likely: the slowest connection gives its own up.
    void accept_later(const error_code& failure) {
        if (!acceptor_.is_open()) return;
        if (const auto held_back = failure_lines_.pass())
            log::warning("a connection could not be taken", {{"reason", failure.message()}, {"held_back", *held_back}});
        sessions_.make_room(true);
        pause_.expires_after(pause_after_failed_accept);
        pause_.async_wait([this](const error_code& error) {
            if (!error) accept();
        });
    }

    const Routes routes_;
    const Limits limits_;
    LogLimit failure_lines_;
    Sessions sessions_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_{context_};
    asio::steady_timer pause_{context_};
    asio::steady_timer deadline_{context_};
    bool is_lent_ = false;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

Server::Server(const Address& address, Routes routes, const Limits& limits)
    : state_{std::make_unique<State>(std::move(routes), limits)} {
    state_->start(address);
}
Server::Server(LentSocket socket, Routes routes, const Limits& limits)
    : state_{std::make_unique<State>(std::move(routes), limits)} {
    state_->start(socket);
}
Server::~Server() = default;

std::uint16_t Server::port() const noexcept { return state_->port(); }
void Server::stop(std::chrono::milliseconds timeout) { state_->stop(timeout); }

}  // namespace tocsin::core::http
