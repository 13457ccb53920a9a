#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace testing {

/// A broker that answers CONNECT with a code, or nothing at all, and never acknowledges a publish.
class FakeBroker {
  public:
    static constexpr int mute = -1;

    explicit FakeBroker(int connack_code);
    FakeBroker(const FakeBroker&) = delete;
    FakeBroker& operator=(const FakeBroker&) = delete;
    ~FakeBroker();

    std::uint16_t port() const { return port_; }
    std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }
    /// All that came, on all connections.
    std::string received() const;
    void close_connections();

  private:
    void run();

    int code_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<bool> ending_{false};
    std::atomic<bool> closing_{false};
    mutable std::mutex mutex_;
    std::string received_;
    std::thread thread_;
};

}  // namespace testing
