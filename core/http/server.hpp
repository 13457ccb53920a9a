#pragma once

#include "http/address.hpp"
#include "http/limits.hpp"
#include "http/routes.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace tocsin::core::http {

/// A socket that listens already and belongs to somebody else, who keeps it when the server ends.
struct LentSocket {
    std::int64_t handle = -1;
    bool is_v6 = false;
};

/// An HTTP/1.0 and 1.1 server on a thread of its own: keep-alive, pipelined requests one after the other, HEAD. What is
/// no HTTP is answered with 400, and the connection closed. A client that sends or takes nothing, or too slowly, costs
/// one connection until its time is up, and holds up nobody else. Made, stopped and destroyed by one thread.
class Server {
  public:
    /// Listens from now on, and answers. Throws std::runtime_error with the system's words when it cannot listen there.
    Server(const Address& address, Routes routes, const Limits& limits = {});
    /// The same on a socket that listens there already.
    Server(LentSocket socket, Routes routes, const Limits& limits = {});
    /// Stops at once.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Where it listens; the system's choice when the address says 0.
    std::uint16_t port() const noexcept;

    /// Takes no more connections and requests, and closes those that are left: at once, or when their answers have been
    /// taken, but not later than after `timeout`. Waits for that, and for a route that is still at work.
    void stop(std::chrono::milliseconds timeout);

  private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace tocsin::core::http
