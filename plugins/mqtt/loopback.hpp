#pragma once

#include <cstdint>
#include <utility>

namespace mqtt {

/// A handle of the system, closed at the end; -1 for none.
class Handle {
  public:
    explicit Handle(int handle = -1) noexcept : handle_{handle} {}
    Handle(Handle&& other) noexcept : handle_{std::exchange(other.handle_, -1)} {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Handle() { reset(); }
    int get() const noexcept { return handle_; }
    void reset() noexcept;

  private:
    int handle_;
};

/// Listens at a port of the loopback interface, for sockets of this process alone: no other user of the machine is let
/// in.
class LoopbackListener {
  public:
    /// Throws std::system_error.
    LoopbackListener();

    std::uint16_t port() const noexcept { return port_; }
    /// Readable when somebody waits to be let in.
    int handle() const noexcept { return listener_.get(); }

    /// A connection that waits, non-blocking; none when nobody waits, or one that was not let in. `failing`: the system
    /// has no room for a connection, so that the handle stays readable.
    Handle accept(bool& failing);
    void close() noexcept { listener_.reset(); }

  private:
    Handle listener_;
    std::uint16_t port_ = 0;
};

}  // namespace mqtt
