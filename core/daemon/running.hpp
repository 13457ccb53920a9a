#pragma once

#include "daemon/counts.hpp"
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
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::core {

/// What runs: the spool, the router, and the sinks and sources of one configuration, which a reload exchanges. Used by
/// one thread.
class Running {
  public:
    /// Opens the spool. What is wrong with its folder goes to `mistakes`. HTTP is served on a socket that `listeners`
    /// were passed, if there is one for its address.
    Running(std::unique_ptr<Setup> setup, Listeners& listeners, Worker& worker, const Notify& notify,
            Mistakes& mistakes);

    /// False when something could not be started, which is a mistake then.
    bool start(Mistakes& mistakes);

    /// Goes over to another configuration: what it leaves as it is keeps running, what it changes is made anew, and
    /// pending deliveries go where their handlers go. When a source cannot be started or HTTP not be served, that is a
    /// mistake, and everything stays as it is. A sink instance that takes another's place, and every other new one, is
    /// started once all that leave have let go, for which they have drain-timeout, unless `give_up`, which takes its
    /// time for a look, says otherwise, and two seconds more.
    bool reload(std::unique_ptr<Setup> next, const std::function<bool()>& give_up, Mistakes& mistakes);

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
        std::vector<std::shared_ptr<SourceInstance>> leaving;  ///< of the sources before, until they have stopped
        std::map<std::pair<std::string, std::string>, std::vector<Count>>
            left;  ///< theirs after that, by kind and name
        std::shared_ptr<const Routing> routing;

        /// What a source has counted, and those before it that had its kind and name.
        std::vector<Count> counts_of(SourceInstance& source) const;
    };
    Now now() const;
    /// False when a plugin did not stop: the process must be ended without waiting for it.
    bool all_stopped() const noexcept { return all_stopped_; }

  private:
    struct Move {
        std::shared_ptr<Handler> handler;
        SinkRunner* from;
        std::size_t lane;  ///< of `from`
    };
    /// What takes the place of what, by what was made for the next configuration.
    using Kept = std::map<SinkRunner*, std::shared_ptr<SinkRunner>>;
    using Sinks = std::vector<SinkInstances::Made>;
    using Sources = std::vector<PlacedSource>;

    void start_sink(SinkRunner& sink);
    bool start_sources(Sources& sources, Mistakes& mistakes);
    std::unique_ptr<http::Server> serve(const HttpSettings& settings, Mistakes& mistakes);
    Sources take_over_sources(Setup& next) const;
    bool exchange_web(const std::optional<HttpSettings>& next, Mistakes& mistakes);
    Kept kept_sinks(const Setup& next) const;
    std::vector<Move> place(Setup& next, const Kept& kept, std::vector<std::shared_ptr<Handler>>& removed);
    void stop_sources(Sources sources);
    void note_counts(const Sources& sources, const std::vector<bool>& stopped);
    void retire_sinks(Sinks sinks, std::chrono::nanoseconds drain_timeout, const std::function<bool()>& give_up);
    void start_sinks(Setup& next, const Kept& kept);
    template <class Item>
    void destroy(Item item);
    void note_stopped(const std::vector<bool>& stopped);

    std::unique_ptr<Setup> setup_;
    Listeners& listeners_;
    Worker& worker_;
    const Notify& notify_;
    std::unique_ptr<Spool> spool_;
    std::unique_ptr<Router> router_;
    mutable std::mutex now_mutex_;
    Now now_;  ///< without routing, which the router knows
    std::optional<Watchdog> watchdog_;
    std::vector<std::shared_ptr<void>> left_behind_;
    bool all_stopped_ = true;
    std::atomic<Phase> phase_{Phase::starting};
    std::unique_ptr<http::Server> web_;
};

}  // namespace tocsin::core
