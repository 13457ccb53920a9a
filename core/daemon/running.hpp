#pragma once

#include "daemon/notify.hpp"
#include "daemon/setup.hpp"
#include "daemon/watchdog.hpp"
#include "daemon/web.hpp"
#include "daemon/worker.hpp"
#include "deliver/router.hpp"
#include "http/server.hpp"
#include "spool/spool.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace tocsin::core {

/// What runs: the spool, the router, and the sinks and sources of one configuration, which a reload exchanges. Used by
/// one thread.
class Running {
  public:
    /// Opens the spool. What is wrong with its folder goes to `mistakes`.
    Running(std::unique_ptr<Setup> setup, Worker& worker, const Notify& notify, Mistakes& mistakes);

    /// False when something could not be started, which is a mistake then.
    bool start(Mistakes& mistakes);

    /// Goes over to another configuration: what it leaves as it is keeps running, what it changes is made anew, and
    /// pending deliveries go where their handlers go. When a source cannot be started, that is a mistake, and
    /// everything stays as it is.
    bool reload(std::unique_ptr<Setup> next, Mistakes& mistakes);

    /// Takes nothing more, and waits for what is pending until `give_up` says so or drain-timeout is over.
    void drain(const std::function<bool()>& give_up);

    /// The sources last: what the sinks still end is acknowledged to them, and what they have read and cannot hand over
    /// any more is counted.
    void stop_all();

    const Setup& setup() const noexcept { return *setup_; }
    Router& router() const noexcept { return *router_; }
    Spool& spool() const noexcept { return *spool_; }
    /// What runs at this moment. Any thread.
    struct Now {
        std::vector<std::shared_ptr<SinkRunner>> sinks;
        std::vector<std::shared_ptr<SourceInstance>> sources;
        std::shared_ptr<const Routing> routing;
    };
    Now now() const;
    /// False when a plugin did not stop: the process must be ended without waiting for it.
    bool all_stopped() const noexcept { return all_stopped_; }

  private:
    struct Move;
    using Sinks = std::vector<SinkInstances::Made>;
    using Sources = std::vector<PlacedSource>;

    void start_sink(SinkRunner& sink);
    bool start_sources(Sources& sources, Mistakes& mistakes);
    std::unique_ptr<http::Server> serve(const HttpSettings& settings, Mistakes& mistakes);
    void retire_sinks(Sinks& sinks);
    template <class Items, class Call>
    void for_all(Items& items, Call call);
    template <class Named>
    void note_stopped(bool stopped, const Named& instance);

    std::unique_ptr<Setup> setup_;
    Worker& worker_;
    const Notify& notify_;
    std::unique_ptr<Spool> spool_;
    std::unique_ptr<Router> router_;
    mutable std::mutex now_mutex_;
    Now now_;  ///< without routing, which the router knows
    std::optional<Watchdog> watchdog_;
    Sinks retired_;  ///< of the last reload: somebody may have been on the way to them
    std::vector<std::shared_ptr<void>> left_behind_;
    bool all_stopped_ = true;
    std::atomic<Phase> phase_{Phase::starting};
    std::unique_ptr<http::Server> web_;
};

}  // namespace tocsin::core
