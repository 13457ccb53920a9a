#pragma once

#include "process.hpp"
#include "support/mosquitto.hpp"
#include "wait.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace testing {

/// A mosquitto of our own on a free loopback port.
class Mosquitto {
  public:
    /// `lines`: of its listener's configuration. Returns once it listens.
    explicit Mosquitto(const std::string& lines = "allow_anonymous true\n")
        : broker_{tocsin::testing::Mosquitto::started(setup(lines))} {}

    void kill() { broker_->kill(); }
    /// The same port again.
    void start() { broker_->start(); }
    void freeze() { broker_->freeze(); }
    void thaw() { broker_->thaw(); }

    std::uint16_t port() const { return broker_->port(); }
    std::string url() const { return broker_->url(); }
    /// Of all its lives.
    std::string log() const { return broker_->log(); }
    bool logged(const std::string& part) const { return log().find(part) != std::string::npos; }

  private:
    static tocsin::testing::MosquittoSetup setup(const std::string& lines) {
        tocsin::testing::MosquittoSetup setup;
        setup.lines = lines;
        return setup;
    }

    std::unique_ptr<tocsin::testing::Mosquitto> broker_;
};

/// A mosquitto_sub; its lines are `QoS retained topic payload`.
class Subscriber {
  public:
    /// Returns once the subscription is confirmed. `more`: further arguments, such as a user.
    explicit Subscriber(const Mosquitto& broker, const std::vector<std::string>& more = {}) {
        static std::atomic<int> number{0};
        const auto id = "subscriber-" + std::to_string(++number);
        std::vector<std::string> command{"mosquitto_sub",
                                         "-h",
                                         "localhost",
                                         "-p",
                                         std::to_string(broker.port()),
                                         "-i",
                                         id,
                                         "-q",
                                         "2",
                                         "-t",
                                         "#",
                                         "-F",
                                         "%q %r %t %p"};
        command.insert(command.end(), more.begin(), more.end());
        process_ = std::make_unique<tocsin::testing::Process>(command);
        if (!wait_until([&] { return broker.logged("SUBACK to " + id); }))
            throw std::runtime_error{"no subscription: " + process_->err() + broker.log()};
    }

    std::vector<std::string> lines() const { return tocsin::testing::lines_of(process_->out(), true); }

  private:
    std::unique_ptr<tocsin::testing::Process> process_;
};

}  // namespace testing
