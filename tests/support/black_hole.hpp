#pragma once

#include <cstdint>
#include <vector>

namespace tocsin::testing {

/// A loopback port where a connection is neither accepted nor refused: its listener's queue is full, so the system
/// drops every further SYN.
class BlackHole {
  public:
    /// Throws std::runtime_error when connections are taken all the same.
    BlackHole();
    BlackHole(const BlackHole&) = delete;
    BlackHole& operator=(const BlackHole&) = delete;
    ~BlackHole();

    std::uint16_t port() const noexcept { return port_; }

  private:
    std::uint16_t port_;
    std::vector<int> sockets_;
};

}  // namespace tocsin::testing
