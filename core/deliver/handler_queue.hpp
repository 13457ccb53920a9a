#pragma once

#include "deliver/backoff.hpp"
#include "spool/entry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tocsin::core {

/// One event waiting for, or on, its way through one handler.
struct QueuedDelivery {
    EntryPtr entry;
    std::size_t slot = 0;        ///< of `entry`
    std::uint32_t attempts = 0;  ///< made so far
    bool failed = false;         ///< the last attempt was answered with retry

    const Event& event() const noexcept { return *entry->event; }
};

/// What became of deliveries that have ended.
struct Ended {
    std::vector<QueuedDelivery> delivered;
    std::vector<QueuedDelivery> dead;
    std::vector<QueuedDelivery> replaced;  ///< a newer event of the same id has come
};

/// An event id with its alert topic, of which a handler may have several. Valid as long as what it was made of.
struct EventId {
    explicit EventId(const Event& event) noexcept : EventId{event.id(), event.topic()} {}
    EventId(std::string_view id_, std::string_view topic_) noexcept : id{id_}, topic{topic_} {}
    bool operator==(const EventId&) const = default;
    bool operator<(const EventId& other) const { return std::tie(id, topic) < std::tie(other.id, other.topic); }

    std::string_view id;
    std::string_view topic;
};

/// The deliveries of one handler: which to submit next, and what an answer means.
///
/// Deliveries are submitted in the order they came. An event id here is one of an alert topic: `cpu` of one is not
/// `cpu` of another. A delivery that must be retried holds back everything newer of its event id until it has ended,
/// and what was submitted after it under that id is submitted again, delivered or not: the newest event of an id is
/// always the last one sent. Other ids go on. Not thread-safe.
class HandlerQueue {
  public:
    /// At most `most_submitted` are open or wait for an older one of their id. With `keeps_latest`, a delivery that is
    /// pushed replaces one of the same event id that has not been submitted.
    HandlerQueue(std::size_t most_submitted, const Backoff& backoff, bool keeps_latest = false);

    void push(QueuedDelivery delivery, Ended& ended);
    /// Puts deliveries, oldest first, before all that were pushed. Only while none has been submitted.
    void push_front(std::vector<QueuedDelivery> deliveries, Ended& ended);

    /// Those that are not submitted and were received before that time, in nanoseconds since 1970.
    std::vector<QueuedDelivery> take_received_before(std::int64_t time);
    /// Those that are not submitted, oldest first.
    std::vector<QueuedDelivery> take_waiting();
    /// The delivery of that event, if it is not submitted.
    std::optional<QueuedDelivery> take_waiting(std::uint64_t sequence);

    /// The delivery to submit now under `ticket`, or nullptr. Tickets rise. The pointer is valid until the next call.
    const QueuedDelivery* take(std::uint64_t ticket, Time now);

    enum class Answer { delivered, retry, rejected };

    /// False for a ticket that is not open: a late or a second answer.
    bool answer(std::uint64_t ticket, Answer answer, Time now, Ended& ended);

    /// Whether an answer to this ticket would mean something.
    bool is_open(std::uint64_t ticket) const;

    /// The tickets submitted before `then` that have not been answered.
    std::vector<std::uint64_t> unanswered_since(Time then) const;

    /// Forgets how long retries still had to wait: the sink says it can send again.
    void retry_now();

    /// When `take` may give something that it does not give now, without an answer or a push in between.
    std::optional<Time> next_due() const;

    /// Whether there is anything that `take` may give, now or when it is due.
    bool has_waiting() const noexcept { return !fresh_.empty() || !again_.empty() || !due_.empty(); }
    /// Whether any event id is held back.
    bool holds_back() const noexcept { return !held_back_.empty(); }
    std::size_t open() const noexcept { return open_; }
    /// When the oldest that has not ended was received, in nanoseconds since 1970; 0 when there is none.
    std::int64_t oldest() const;
    /// Whether nothing was submitted that has not ended.
    bool is_settled() const noexcept { return submitted_.empty(); }

  private:
    enum class State {
        open,        ///< submitted, not answered
        superseded,  ///< submitted, not answered, to be submitted again whatever the answer
        held,        ///< delivered, but an older one of its id is open
    };
    struct Submitted {
        std::uint64_t ticket;
        State state;
        Time since;
        QueuedDelivery delivery;
    };
    /// An event id that is held back: its deliveries, oldest first, go one at a time while any of them has failed.
    struct HeldBack {
        std::deque<QueuedDelivery> waiting;
        std::size_t failed = 0;    ///< of those waiting
        std::uint64_t ticket = 0;  ///< of the one that was submitted alone; 0 for none
        Time not_before;
        bool is_due = false;  ///< whether it stands in due_
    };
    struct KeptId {
        explicit KeptId(const EventId& of) : id{of.id}, topic{of.topic} {}
        operator EventId() const noexcept { return {id, topic}; }
        std::string id;
        std::string topic;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const EventId& of) const noexcept {
            return std::hash<std::string_view>{}(of.id) * 31 + std::hash<std::string_view>{}(of.topic);
        }
    };
    struct Same {
        using is_transparent = void;
        bool operator()(const EventId& a, const EventId& b) const noexcept { return a == b; }
    };
    using SubmittedList = std::deque<Submitted>;
    using HeldBackMap = std::unordered_map<KeptId, HeldBack, Hash, Same>;

    SubmittedList::const_iterator find(std::uint64_t ticket) const;
    const QueuedDelivery* submit(QueuedDelivery delivery, std::uint64_t ticket, Time now);
    const QueuedDelivery* take_held_back(std::uint64_t ticket, Time now);
    const QueuedDelivery* take_from(std::deque<QueuedDelivery>& queue, std::uint64_t ticket, Time now);
    bool superseded_before(const EventId& id, std::uint64_t sequence) const;
    bool older_is_open(SubmittedList::const_iterator at) const;
    void hold_back(SubmittedList::iterator at, Time now);
    void wait_again(HeldBack& held, SubmittedList::iterator at);
    void end(SubmittedList::iterator at, std::vector<QueuedDelivery>& where);
    void release_held(const EventId& id, Ended& ended);
    void let_go_if_over(const EventId& id);
    void update_due(const EventId& id, HeldBack& held);
    void forget_due(const EventId& id, HeldBack& held);
    void keep_latest(const EventId& id, HeldBack& held, Ended& ended);
    template <class Which>
    std::vector<QueuedDelivery> take_if(Which which);
    void index_fresh();

    std::size_t most_submitted_;
    Backoff backoff_;
    bool keeps_latest_;
    std::unordered_map<EventId, QueuedDelivery*, Hash> latest_;  ///< with keeps_latest: what fresh_ holds, by event id
    std::deque<QueuedDelivery> fresh_;
    std::deque<QueuedDelivery> again_;
    SubmittedList submitted_;
    HeldBackMap held_back_;
    std::set<std::pair<Time, EventId>> due_;  ///< held back ids that have something to submit, by not_before
    std::size_t held_ = 0;                    ///< in submitted_, by state
    std::size_t superseded_ = 0;              ///< in submitted_, by state
    std::size_t open_ = 0;
};

}  // namespace tocsin::core
