#pragma once

#include "base/log_limit.hpp"
#include "deliver/sink_runner.hpp"
#include "plugin/source_instance.hpp"
#include "route/routes.hpp"
#include "route/topic_states.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace tocsin::core {

/// Where every event comes in: gives it its number and its alert topic's state, finds its handlers and queues one
/// delivery for each. What can be sent at once is sent before `take` returns. Any thread.
class Router final : public Intake {
  public:
    struct Target {
        SinkRunner* runner;
        std::size_t handler;
    };

    /// `targets`: the handlers, as `routes` numbers them. Shares the memory for deliveries out among them, so that no
    /// handler can take another's.
    Router(Routes routes, std::vector<Target> targets);

    std::int32_t take(SourceInstance& source, const tocsin_event& event, std::uint64_t token) override;

    /// Takes nothing any more.
    void stop();

    /// Deliveries that have not ended.
    std::size_t pending() const;
    /// Matches that failed because a reference was not there.
    std::uint64_t missing_references() const noexcept { return routes_.missing(); }
    /// Event ids whose state was forgotten because there were too many.
    std::uint64_t evicted_states();

  private:
    void deliver(SourceInstance& source, const EventPtr& event, std::uint64_t token);

    const Routes routes_;
    const std::vector<Target> targets_;
    std::vector<SinkRunner*> runners_;

    std::mutex mutex_;
    TopicStates states_;
    std::vector<std::size_t> found_;
    bool stopping_ = false;
    LogLimit invalid_lines_;
};

}  // namespace tocsin::core
