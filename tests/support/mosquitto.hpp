#pragma once

#include "certificates.hpp"
#include "process.hpp"
#include "temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::testing {

/// What the listener under test asks of its clients.
struct MosquittoSetup {
    std::optional<Certificates::Pair> tls{};                   ///< without: plain TCP
    std::filesystem::path client_authority{};                  ///< not empty: clients must have a certificate of it
    std::vector<std::pair<std::string, std::string>> users{};  ///< name and password; empty: anonymous
    std::string acl{};                                         ///< lines of an ACL file; empty: everything is allowed
    bool quiet = false;   ///< logs no packets, so that the log does not grow with what is sent
    std::string lines{};  ///< its lines in full, instead of all that is above
};

/// A private mosquitto on loopback, without persistence and with unlimited queues. Besides the listener under test it
/// has a plain anonymous one for observers, so what arrives can be seen whatever the first one asks for.
class Mosquitto {
  public:
    using Setup = MosquittoSetup;

    /// Writes its configuration and chooses its ports; starts nothing.
    explicit Mosquitto(const Setup& setup = {});

    /// A broker that has been started.
    static std::unique_ptr<Mosquitto> started(const Setup& setup = {});

    /// Returns when it takes connections. Always on the same two ports.
    void start();
    /// SIGKILL.
    void kill();
    /// SIGTERM, and waits for its end. Throws std::runtime_error when it does not end.
    void terminate();
    /// SIGSTOP: the system still accepts connections for it and nothing answers.
    void freeze() const;
    void thaw() const;

    std::uint16_t port() const noexcept { return port_; }
    std::uint16_t observer_port() const noexcept { return observer_port_; }

    /// "tcp://127.0.0.1:PORT", or "ssl://localhost:PORT" with TLS.
    std::string url() const;

    /// The broker's own log, of all its lives.
    std::string log() const;

    /// A PUBLISH packet as the broker logged its arrival.
    struct Received {
        std::string client;
        int qos = 0;
        bool retained = false;
        std::string topic;
    };
    /// All PUBLISH packets that came in, of all lives, in order. Repeated packets are in it again.
    std::vector<Received> received() const;

  private:
    TempDir folder_;
    bool tls_;
    std::uint16_t port_;
    std::uint16_t observer_port_;
    std::string earlier_log_;
    std::unique_ptr<Process> process_;
};

}  // namespace tocsin::testing
