#pragma once

#include "datagram.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace task_log {

/// Who gets what a receiver reads. Called on the thread that is in Receiver::run or count_drops. Must not throw.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void on_datagram(const Datagram& datagram) = 0;
    /// The kernel had no room for so many datagrams.
    virtual void on_drops(std::uint64_t count) = 0;
    /// A socket could not be read; it is tried again.
    virtual void on_trouble(std::string_view what) = 0;
};

/// Reads datagrams from sockets that somebody else owns: they are never closed here.
class Receiver {
  public:
    virtual ~Receiver() = default;

    /// Adds a bound socket and asks the system for `receive_buffer` bytes. Returns the bytes it gave. Before run only.
    /// Throws std::system_error.
    virtual std::size_t add(std::int64_t handle, std::size_t receive_buffer) = 0;

    /// Reads until interrupted. What was read is handed over before it returns. May be called again. Throws
    /// std::system_error.
    virtual void run() = 0;

    /// Ends the run under way, or the next one if there is none. Any thread.
    virtual void interrupt() noexcept = 0;

    /// Tells the drops not told yet. Where the system does not say, nothing. On the thread of run.
    virtual void count_drops() {}
};

using MakeReceiver = std::unique_ptr<Receiver> (*)(Listener& listener, std::size_t max_datagram);

/// Linux: many datagrams a call, and the kernel's drops counted.
std::unique_ptr<Receiver> make_recvmmsg_receiver(Listener& listener, std::size_t max_datagram);

/// Everywhere.
std::unique_ptr<Receiver> make_asio_receiver(Listener& listener, std::size_t max_datagram);

}  // namespace task_log
