#include "receiver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <list>
#include <system_error>
#include <vector>

namespace task_log {
namespace {

using boost::asio::ip::udp;

constexpr int batch = 64;
constexpr std::chrono::seconds rest_after_trouble{1};

Address address_of(const boost::asio::ip::address& address) noexcept {
    return address.is_v4() ? Address{address.to_v4().to_bytes()} : Address{address.to_v6().to_bytes()};
}

struct Socket {
    explicit Socket(boost::asio::io_context& io) : socket{io}, rest{io} {}
    udp::socket socket;
    boost::asio::steady_timer rest;
};

class AsioReceiver final : public Receiver {
  public:
    AsioReceiver(Listener& listener, std::size_t max_datagram)
        : listener_{listener}, max_datagram_{max_datagram}, buffer_(max_datagram + 1) {}

    AsioReceiver(const AsioReceiver&) = delete;
    AsioReceiver& operator=(const AsioReceiver&) = delete;

    ~AsioReceiver() override {
        boost::system::error_code ignored;
        for (auto& each : sockets_)
            if (each.socket.is_open()) each.socket.release(ignored);
    }

    std::size_t add(std::int64_t handle, std::size_t receive_buffer) override {
        auto& added = sockets_.emplace_back(io_);
        auto& socket = added.socket;
        // Reading does not depend on the family given here.
        socket.assign(udp::v6(), static_cast<udp::socket::native_handle_type>(handle));
        socket.non_blocking(true);
        boost::system::error_code ignored;
        socket.set_option(boost::asio::socket_base::receive_buffer_size{static_cast<int>(receive_buffer)}, ignored);
        boost::asio::socket_base::receive_buffer_size given;
        socket.get_option(given);
        wait(added);
        return static_cast<std::size_t>(given.value());
    }

    void interrupt() noexcept override { io_.stop(); }

    void run() override {
        io_.run();
        io_.restart();
    }

  private:
    void wait(Socket& socket) {
        socket.socket.async_wait(udp::socket::wait_read, [this, &socket](const boost::system::error_code& error) {
            if (error == boost::asio::error::operation_aborted) return;
            read(socket);
        });
    }

    void read(Socket& socket) {
        for (int i = 0; i < batch && !io_.stopped(); ++i) {
            udp::endpoint from;
            boost::system::error_code error;
            const auto size = socket.socket.receive_from(boost::asio::buffer(buffer_), from, 0, error);
            if (error == boost::asio::error::would_block || error == boost::asio::error::try_again) break;
            const bool is_cut = size > max_datagram_ || error == boost::asio::error::message_size;
            if (error && !is_cut) {
                // Windows tells here that an earlier answer could not be delivered; none is ever sent.
                if (error == boost::asio::error::connection_reset || error == boost::asio::error::interrupted) continue;
                rest(socket, error);
                return;
            }
            listener_.on_datagram({{buffer_.data(), std::min(size, max_datagram_)},
                                   address_of(from.address()),
                                   is_cut,
                                   std::chrono::system_clock::now()});
        }
        wait(socket);
    }

    void rest(Socket& socket, const boost::system::error_code& trouble) {
        listener_.on_trouble(trouble.message());
        socket.rest.expires_after(rest_after_trouble);
        socket.rest.async_wait([this, &socket](const boost::system::error_code& error) {
            if (!error) wait(socket);
        });
    }

    Listener& listener_;
    std::size_t max_datagram_;
    std::vector<char> buffer_;
    boost::asio::io_context io_{1};
    std::list<Socket> sockets_;
};

}  // namespace

std::unique_ptr<Receiver> make_asio_receiver(Listener& listener, std::size_t max_datagram) {
    return std::make_unique<AsioReceiver>(listener, max_datagram);
}

}  // namespace task_log
