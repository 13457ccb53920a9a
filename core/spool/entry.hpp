#pragma once

#include "event/event.hpp"
#include "spool/account.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

using Time = std::chrono::steady_clock::time_point;

/// How a delivery ended.
enum class Outcome {
    delivered,
    dead,     ///< rejected for good, expired, or its handler was removed: kept as a dead letter
    dropped,  ///< replaced by a newer event, or dropped by the operator
};

class Entry;
using EntryPtr = std::shared_ptr<Entry>;

/// Who keeps the books on entries. Any thread.
class Ledger {
  public:
    virtual ~Ledger() = default;
    /// The delivery `slot` of `entry` has ended.
    virtual void ended(const EntryPtr& entry, std::size_t slot, Outcome outcome, std::string_view reason) = 0;
};

/// One accepted event and its deliveries, one slot each, for as long as any of them is in memory.
class Entry {
  public:
    enum class State : std::uint8_t {
        pending,  ///< in memory only
        written,  ///< in the spool, or about to be
        dying,    ///< ended, and its dead letter is not in the spool yet
        ended,
    };

    struct Slot {
        Account* account;       ///< of its handler
        bool in_memory = true;  ///< else it is read from the spool when its turn comes
        State state = State::pending;
        bool just_written = false;
    };
    using Slots = std::vector<Slot>;

    /// `received`: nanoseconds since 1970.
    Entry(EventPtr event_, std::int64_t received_, Time since_) noexcept
        : event{std::move(event_)}, received{received_}, since{since_} {}

    /// To be called once, before anybody else knows the entry.
    void set_slots(Slots slots) {
        slots_ = std::move(slots);
        open_ = slots_.size();
    }
    const Slots& slots() const noexcept { return slots_; }
    /// Where the delivery is kept; set and read by who routes, see Slot.
    void set_in_memory(std::size_t slot) noexcept { slots_[slot].in_memory = true; }

    /// Marks a pending delivery as written; false when it has ended already. The spool's thread only.
    bool mark_written(std::size_t slot) noexcept {
        return slots_[slot].just_written = change(slot, State::pending, State::written);
    }
    /// Whether that was true since the last call. The spool's thread only.
    bool take_just_written(std::size_t slot) noexcept { return std::exchange(slots_[slot].just_written, false); }
    /// Takes it back; false when it has ended meanwhile.
    bool unmark_written(std::size_t slot) noexcept { return change(slot, State::written, State::pending); }
    /// Marks a delivery as ended, or as dying, and returns what it was before.
    State mark_ended(std::size_t slot, State as = State::ended) noexcept {
        return std::atomic_ref{slots_[slot].state}.exchange(as, std::memory_order_acq_rel);
    }
    /// Whether every delivery of it is in the spool, or has ended and needs it no more.
    bool is_kept() noexcept {
        for (std::size_t slot = 0; slot < slots_.size(); ++slot)
            if (const auto now = state(slot); now == State::pending || now == State::dying) return false;
        return true;
    }
    State state(std::size_t slot) noexcept {
        return std::atomic_ref{slots_[slot].state}.load(std::memory_order_acquire);
    }

    /// Counts one delivery that has ended, and whose dead letter, if any, is committed. True for the last one.
    bool close_one() noexcept { return open_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
    bool is_over() const noexcept { return open_.load(std::memory_order_acquire) == 0; }

    /// Nothing of it can be lost any more: calls `when_safe`, once.
    void safe() {
        if (when_safe && !told_safe_.exchange(true)) when_safe();
    }

    /// A part of it is lost: `when_safe` is not called any more, so that its source sends it again, or tells its
    /// sender.
    void never_safe() noexcept { told_safe_ = true; }

    /// True once: it counts no longer against the intake's limit.
    bool leave_intake() noexcept { return in_intake_.exchange(false); }
    void enter_intake() noexcept { in_intake_ = true; }

    /// Bytes of memory that it stands for, about.
    std::uint64_t cost() const noexcept { return event->size() + overhead; }

    const EventPtr event;
    const std::int64_t received;
    const Time since;
    bool held = false;         ///< to be sent only once it is committed
    bool saves_state = false;  ///< its level differs: the state is to be written
    Ledger* ledger = nullptr;
    std::function<void()> when_safe;  ///< empty for an event whose source wants no answer

    static constexpr std::uint64_t overhead = 256;

  private:
    bool change(std::size_t slot, State from, State to) noexcept {
        return std::atomic_ref{slots_[slot].state}.compare_exchange_strong(from, to, std::memory_order_acq_rel);
    }

    Slots slots_;
    std::atomic<std::size_t> open_{0};
    std::atomic<bool> told_safe_{false};
    std::atomic<bool> in_intake_{false};
};

}  // namespace tocsin::core
