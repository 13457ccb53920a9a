#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tocsin::core {

/// The bound sockets of the process, by address. They outlive the sources that read them, so that nothing the kernel
/// queued is lost when a source is made anew. Any thread.
class Listeners {
  public:
    Listeners();
    ~Listeners();

    /// A bound UDP socket for "host:port", "[v6]:port" or "*:port" (every address, IPv6 and IPv4). `owner` names who
    /// reads it. Throws std::runtime_error: not an address, unknown host, in use, not allowed, or read already.
    std::int64_t udp(const std::string& address, const std::string& owner);

    /// `owner` reads its sockets no more; whoever asks for their addresses next gets them with what is queued.
    void release(const std::string& owner);

  private:
    struct Sockets;
    std::mutex mutex_;
    std::unique_ptr<Sockets> sockets_;
};

}  // namespace tocsin::core
