#pragma once

#include "settings.hpp"

#include <openssl/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mqtt {

/// A TCP connection of our own to a broker, with TLS if its URL says so: the certificate is checked for the host in the
/// URL and ALPN is offered as the settings say. One thread.
class Wire {
  public:
    using Clock = std::chrono::steady_clock;

    /// `settings` must outlive this object. `stop`: a handle that becomes readable when waiting must end, or -1.
    explicit Wire(const Settings& settings, int stop = -1) : settings_{settings}, stop_{stop} {}
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire();

    /// Connects to `address` (numeric) and shakes hands. Returns why not, or an empty text. Blocks until the deadline.
    std::string open(const std::string& address, Clock::time_point deadline);

    /// Bytes that were there, at most `size`; 0 when there are none now or the connection has ended.
    std::size_t read(char* to, std::size_t size);
    /// Bytes that could be written now; 0 also when the connection has ended.
    std::size_t write(std::string_view bytes);

    bool ended() const noexcept { return ended_; }
    /// Why it ended in words; empty when the broker just closed it.
    const std::string& failure() const noexcept { return failure_; }

    /// Waits until it can be read, or written if `to_write`; false at the deadline or when told to stop.
    bool wait(bool to_write, Clock::time_point deadline) const;
    int handle() const noexcept { return handle_; }
    /// Whether to wait for room to write although nothing is to be written: TLS may need it to read.
    bool wants_to_write() const noexcept { return wants_to_write_; }

    /// Whether there is something to read that waiting does not tell.
    bool holds_more() const;

    /// Ends the connection in good order as far as that needs no waiting.
    void close();

  private:
    std::string connect(const std::string& address, Clock::time_point deadline);
    std::string shake_hands(Clock::time_point deadline);
    std::size_t note(int result, int system_error);
    void end(int system_error);

    const Settings& settings_;
    int stop_;
    int handle_ = -1;
    std::shared_ptr<SSL> tls_;
    bool wants_to_write_ = false;
    bool ended_ = false;
    std::string failure_;
};

}  // namespace mqtt
