#pragma once

#include "child.hpp"
#include "places.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tocsin::bench {

/// What the far end counted; see Arrivals.
struct Arrived {
    double received = 0;
    double distinct = 0;
    double rate = 0;  ///< a second
    double p50 = 0;   ///< microseconds, as the next two
    double p99 = 0;
    double most = 0;
};

/// The far end: an ideal broker, or a mosquitto with a counting subscriber behind it.
class FarEnd {
  public:
    enum class Kind { ideal, mosquitto };

    FarEnd(const Places& places, const Folder& folder, Kind kind);

    std::uint16_t port() const noexcept { return port_; }
    /// The file where a sender sees how many have arrived.
    std::string progress_file() const { return (folder_ / "progress").string(); }
    std::uint64_t arrived() const;

    /// Of mosquitto, which keeps nothing: SIGKILL, and back on the same port.
    void kill_broker();
    void start_broker();

    /// Waits until nothing comes any more and returns the counts.
    Arrived finish();

  private:
    const Places& places_;
    const Folder& folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Child> broker_;
    std::unique_ptr<Child> counter_;  ///< the one that counts: subscriber or ideal broker
};

/// A router between a UDP port and the far end.
class RouterUnderTest {
  public:
    virtual ~RouterUnderTest() = default;

    std::uint16_t port() const noexcept { return port_; }
    Child& process() const { return *process_; }
    /// Seconds from its start until it says that it is ready.
    double start_seconds() const noexcept { return start_seconds_; }

  protected:
    std::uint16_t port_ = 0;
    double start_seconds_ = 0;
    std::unique_ptr<Child> process_;
};

using MakeRouter = std::function<std::unique_ptr<RouterUnderTest>(const Folder&, const FarEnd&)>;

/// Paho with nothing around it, connected.
MakeRouter bare_paho(const Places& places);

/// What Tocsin is given besides one handler that sends each task event on at QoS 1.
struct TocsinSite {
    std::size_t idle_handlers = 0;     ///< handlers on alert topics of their own, on which nothing happens
    std::size_t matches = 0;           ///< handlers on the same alert topic whose match is false
    std::optional<int> listening{};    ///< its UDP socket, handed over
    std::uint16_t listening_port = 0;  ///< of that socket
    std::string settings{};            ///< more lines of [tocsin]
};

class Tocsin final : public RouterUnderTest {
  public:
    /// Writes the configuration and starts; ready and connected when this returns.
    Tocsin(const Places& places, const Folder& folder, const FarEnd& far_end, const TocsinSite& site);

    /// kill -9, and the same again at once.
    void kill_and_restart();

  private:
    void start();

    const Places& places_;
    const Folder& folder_;
    TocsinSite site_;
    int starts_ = 0;
};

MakeRouter tocsin_router(const Places& places, const TocsinSite& site = {});

}  // namespace tocsin::bench
