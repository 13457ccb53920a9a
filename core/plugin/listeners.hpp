#pragma once

#include "plugin/passed_sockets.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core {

/// The bound sockets of the process, by address. They outlive the sources that read them, so that nothing the kernel
/// queued is lost when a source is made anew. Any thread.
class Listeners {
  public:
    Listeners();
    ~Listeners();

    /// Takes over what the service manager passed. Whoever asks for the address of such a socket gets it, with what the
    /// kernel queued while nobody ran.
    void adopt(const std::vector<PassedSocket>& sockets);

    /// Who reads a socket: an object's address, which tells it from others of its name, and a name for messages.
    struct Owner {
        const void* who;
        std::string name;
    };

    /// A bound UDP socket for "host:port", "[v6]:port" or "*:port" (every address, IPv6 and IPv4). One that somebody
    /// reads who yields it is given as well: both read it then. Throws std::runtime_error: not an address, unknown
    /// host, in use, not allowed, or read already.
    std::int64_t udp(const std::string& address, const Owner& owner);

    struct TcpSocket {
        std::int64_t handle;
        bool is_v6;
    };
    /// A listening TCP socket that was passed for that address; nothing when there is none. It stays open when its
    /// reader leaves, for the next one. Throws std::runtime_error: not an address, unknown host.
    std::optional<TcpSocket> passed_tcp(const std::string& address);

    /// Whether one other may have its sockets as well, to take its place.
    void set_yields(const void* owner, bool yields);

    /// `owner` reads its sockets no more: they are the other's who has got them meanwhile, or of whoever asks for their
    /// addresses next, with what is queued.
    void release(const void* owner);
    /// `owner` reads no more but cannot be trusted in that: the same, but what nobody has got meanwhile stays its own.
    void hand_on(const void* owner);

    /// Closes the sockets that nobody reads, and logs those of them that were passed: units and configuration do not
    /// agree then. To be called when all sources have asked for theirs at the start.
    void close_unread();
    /// Closes the sockets that nobody reads any more, but those that were passed: nobody could bind their addresses.
    void close_released();

  private:
    struct Sockets;
    std::mutex mutex_;
    std::unique_ptr<Sockets> sockets_;
};

}  // namespace tocsin::core
