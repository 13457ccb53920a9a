#pragma once

#include "support/ports.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace tocsin::soak {

/// Sends numbered task events, the number as the app's name, to a UDP socket that it holds, and waits while that has no
/// room, so that the kernel never drops one. An event's level is its id's last one or, often, another.
class Load {
  public:
    enum class Level { ok, warning, critical };
    struct Sent {
        unsigned id = 0;
        Level level = Level::ok;
    };
    static constexpr unsigned ids = 20;

    /// `per_second`: on average, in bursts.
    Load(std::uint32_t seed, unsigned per_second);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    /// What the router is to listen on, see testing::Process.
    int handle() const noexcept { return socket_.handle(); }
    std::uint16_t port() const noexcept { return socket_.port(); }

    void start();
    /// Then one more event of each id.
    void stop();

    /// The number of the first event that nobody has read. While nobody reads.
    unsigned first_unread() const;
    /// Whether all was read.
    bool all_read() const;
    /// Datagrams that the kernel has dropped.
    unsigned kernel_drops() const;

    /// By number, which counts from 0. After stop.
    const std::vector<Sent>& sent() const noexcept { return sent_; }

  private:
    void run();
    void send(unsigned id);
    bool has_room() const;

    testing::UdpSocket socket_;
    testing::UdpSocket from_;
    std::mt19937 random_;
    unsigned most_in_burst_;
    std::vector<Level> levels_ = std::vector<Level>(ids, Level::ok);
    mutable std::mutex mutex_;
    std::vector<Sent> sent_;
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

}  // namespace tocsin::soak
