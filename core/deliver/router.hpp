#pragma once

#include "base/log_limit.hpp"
#include "deliver/backlog.hpp"
#include "deliver/handler_queue.hpp"
#include "deliver/routing.hpp"
#include "plugin/source_instance.hpp"
#include "route/topic_states.hpp"
#include "spool/spool.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace tocsin::core {

/// Where every event comes in: gives it its number and its alert topic's state, finds its handlers, and offers it to
/// the spool and to their lanes. What can be sent at once is sent before `take` returns. Any thread.
class Router final : public Intake, public SpoolListener {
  public:
    /// `spool_bytes`: room in the spool for pending deliveries; each handler has an equal share.
    Router(Spool& spool, std::uint64_t spool_bytes);

    /// Puts back what the spool holds: states, and the deliveries of the handlers of `routing`, whose lanes are in
    /// place. Those of other handlers become dead letters. Before anything is taken, and before the spool is started.
    void recover(std::shared_ptr<const Routing> routing);

    /// Changes what handlers there are; `place` puts the lanes in their places, and the handlers that stay into
    /// `routing`, while nothing is taken. Who closes a lane counts it in Handler::closing there. After recover, on the
    /// spool's thread.
    void change(std::shared_ptr<const Routing> routing, const std::function<void()>& place);
    /// The handler that was removed and has the same name; nullptr when there is none. From inside `place`.
    std::shared_ptr<Handler> removed(const HandlerName& name) const;

    /// A lane of the handler that was closed gives back what it has. The lane that it has now is let go once all have;
    /// of a handler that was removed they become dead letters. Any thread.
    void lane_left(Handler& handler, std::vector<QueuedDelivery> deliveries);
    /// What a handler that was removed has in the spool alone becomes dead letters, or some of it: false when it is to
    /// be called again. What the file does not let go now is tried again about once a second, until the handler is
    /// back. On the spool's thread.
    bool bury_backlog(Handler& handler);

    /// What is in force. Any thread.
    std::shared_ptr<const Routing> routing() const;

    std::int32_t take(SourceInstance& source, const tocsin_event& event, std::uint64_t token) override;

    /// Takes nothing any more.
    void stop();

    /// Deliveries that have not ended, those of handlers that were removed included.
    std::size_t pending() const;
    /// Matches that failed because a reference was not there.
    std::uint64_t missing_references() const { return routing()->routes.missing(); }
    /// Event ids whose state was forgotten because there were too many.
    std::uint64_t evicted_states();

    /// For the spool's thread.
    void release() override;
    void feed() override;
    void look() override;
    void has_room() override;
    void requested(const Request& request) override;

  private:
    bool add_slot(Handler& handler, const Entry& entry, Entry::Slots& slots);
    void send(const EntryPtr& entry);
    void share_room();
    Handler* handler_of(const Account& account) const;
    bool requeue(const Request& request);
    void drop(const Request& request);

    Spool& spool_;
    const std::uint64_t spool_bytes_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Routing> routing_;
    std::vector<SinkRunner*> runners_;                  ///< of routing_
    std::vector<std::shared_ptr<Handler>> by_account_;  ///< by Account::index; also those that were removed
    TopicStates states_;
    Backlog backlog_;
    std::vector<std::size_t> found_;
    std::vector<std::weak_ptr<SourceInstance>> told_full_;  ///< each once
    std::uint64_t quota_ = 0;                               ///< bytes that a handler may have pending
    std::uint64_t memory_quota_ = 0;                        ///< and of these, what is not in the file
    bool stopping_ = false;
    bool buries_ = false;  ///< on the spool's thread: removed handlers may have a backlog
    LogLimit invalid_lines_;
    LogLimit no_handler_lines_;
};

}  // namespace tocsin::core
