#pragma once

#include "process.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace testing {

/// A mosquitto of our own on a free loopback port.
class Mosquitto {
  public:
    /// `settings`: further lines of its configuration. Returns once it listens.
    explicit Mosquitto(std::string settings = "allow_anonymous true\n");

    void kill() { process_.reset(); }
    /// The same port again.
    void start();
    void freeze() { process_->freeze(); }
    void thaw() { process_->thaw(); }

    std::uint16_t port() const { return port_; }
    std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
    std::string log() const { return read_file(folder_.file("log")); }
    bool logged(const std::string& part) const { return log().find(part) != std::string::npos; }

  private:
    bool try_start();

    TemporaryFolder folder_;
    std::string settings_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Process> process_;
};

/// A mosquitto_sub; its lines are `QoS retained topic payload`.
class Subscriber {
  public:
    /// Returns once the subscription is confirmed. `more`: further arguments, such as a user.
    explicit Subscriber(const Mosquitto& broker, const std::vector<std::string>& more = {});

    std::vector<std::string> lines() const;

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Process> process_;
};

}  // namespace testing
