#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core {

/// What the service manager wants to hear (sd_notify(3)). Without one, and where there is no such protocol, all calls
/// do nothing. A manager that takes nothing costs `alive` no time, the others a second at most; it is
/// logged when it does not hear of one of those. Any thread.
class Notify {
  public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and removes them from the environment. What is wrong with
    /// them is logged. To be made once, before threads, which may read the environment.
    Notify();
    ~Notify();
    Notify(const Notify&) = delete;
    Notify& operator=(const Notify&) = delete;

    /// Started, or reloaded; `status` is one line for people.
    void ready(std::string_view status) const;
    void reloading() const;
    void stopping() const;
    /// All is well; does nothing unless the manager wants to hear it.
    void alive() const;

    /// How often `alive` is to be called at least: half of the time after which the manager would end the program, not
    /// below 1 ms. Nothing when it does not wait for that.
    std::optional<std::chrono::nanoseconds> alive_every() const noexcept { return alive_every_; }

  private:
    enum class Patience { none, some };
    void send(std::string_view message, Patience patience) const;

    int socket_ = -1;
    std::string address_;  ///< a sockaddr_un, byte for byte
    std::optional<std::chrono::nanoseconds> alive_every_;
};

/// "3 handlers, 2 sinks, 1 source"
std::string status_text(std::size_t handlers, std::size_t sinks, std::size_t sources);

}  // namespace tocsin::core
