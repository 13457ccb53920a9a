#pragma once

#include "plugin/instance.hpp"
#include "plugin/library.hpp"
#include "plugin/listeners.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

class SourceInstance;

/// Who takes the events of sources. Called on any thread.
class Intake {
  public:
    virtual ~Intake() = default;
    /// TOCSIN_ACCEPTED, TOCSIN_FULL, TOCSIN_STOPPING or TOCSIN_INVALID.
    virtual std::int32_t take(SourceInstance& source, const tocsin_event& event, std::uint64_t token) = 0;
};

/// One instance of a source kind.
class SourceInstance final : public Instance, public std::enable_shared_from_this<SourceInstance> {
  public:
    /// Throws std::runtime_error with what the plugin says is wrong with the options.
    SourceInstance(const SourceKind& kind, std::string name, const std::vector<OptionValue>& options,
                   Listeners& listeners, Strand::HandOver hand_over);
    ~SourceInstance();

    /// Takes events in from now on. Throws std::runtime_error.
    void start(Intake& intake);
    /// Takes nothing in from now on. False when that takes longer than `timeout`.
    bool pause(std::chrono::nanoseconds timeout);
    /// Lets it take events in again that it was told to keep. Any thread.
    void resume();
    /// Tells the source soon that the event of this token needs it no more. Any thread.
    void committed(std::uint64_t token);
    /// Whether its sockets may be given to one that takes its place, too. Any thread.
    void set_yields(bool yields);
    /// Whether the source has stopped within `timeout` and a second more; one that has not must be leaked.
    bool stop(std::chrono::nanoseconds timeout);

    /// Laws: received = malformed + duplicate + limited + refused + unmatched + matched; the first four the source
    /// counts itself.
    struct Events {
        Counter refused;
        Counter unmatched;
        Counter matched;
    };
    Events& events() noexcept { return events_; }

  private:
    std::int32_t on_emit(const tocsin_event& event, std::uint64_t token) override;
    std::int64_t on_listen(std::string_view address, std::uint32_t protocol) override;

    const SourceKind& kind_;
    Listeners& listeners_;
    void* instance_ = nullptr;
    std::atomic<Intake*> intake_{nullptr};
    Events events_;
};

}  // namespace tocsin::core
