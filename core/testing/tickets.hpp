#pragma once

#include "event/event.hpp"
#include "plugin/delivery.hpp"
#include "testing/records.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// Unanswered for so long, a delivery is given up.
inline constexpr std::int64_t answer_timeout_of_contract = 120'000'000'000;

/// The deliveries of a sink under test: who has them, what was answered, and what the sink did wrong with them. Any
/// thread.
class Tickets {
  public:
    struct Answer {
        std::uint64_t ticket;
        std::uint32_t outcome;
        std::string reason;
        bool by_host;
    };
    /// What one attempt at a delivery is made of.
    struct Attempt {
        std::uint64_t handler = 0;
        void* binding = nullptr;
        EventPtr event;
        RenderedValues values;
        std::uint32_t number = 1;
    };

    explicit Tickets(Records& records) : records_{records} {}
    Tickets(const Tickets&) = delete;
    Tickets& operator=(const Tickets&) = delete;
    /// Lets go of what the sink still holds.
    ~Tickets();

    /// How many may be open. Never takes back open ones.
    void set_max_in_flight(std::uint32_t count);

    /// A new ticket, which waits.
    std::uint64_t add(Attempt attempt);
    /// A new ticket that ends at once without having reached the sink.
    std::uint64_t add_rejected(Attempt attempt, std::string reason);
    /// The attempt of a ticket that has ended; nothing otherwise.
    std::optional<Attempt> ended_attempt(std::uint64_t ticket) const;

    /// The deliveries to submit now: of those that wait, as many as the credit allows, at most 64. They are open from
    /// now on, and held by the host until `submitted`.
    std::vector<const tocsin_delivery*> take(std::int64_t now);
    /// This one, whatever the credit. It must wait.
    const tocsin_delivery* take(std::uint64_t ticket, std::int64_t now);
    void submitted(const std::vector<const tocsin_delivery*>& deliveries);
    /// Whether `take` would give any.
    bool can_take() const;

    /// What the sink calls.
    void answer(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason);
    void retain(const tocsin_delivery* delivery);
    void release(const tocsin_delivery* delivery);

    /// Gives up what has been open for two minutes.
    void give_up(std::int64_t now);
    /// Notes what is still open or held: stop has returned.
    void end();

    /// nullptr: there is no such answer.
    const Answer* answer_at(std::size_t index) const;

    struct Numbers {
        std::size_t open;
        std::size_t held;
        std::size_t waiting;
        std::uint32_t max_in_flight;
    };
    Numbers numbers() const;

  private:
    enum class State { waiting, open, given_up, ended };
    struct Ticket {
        Attempt attempt;
        State state = State::waiting;
        std::int64_t since = 0;
        std::uint32_t outcome = 0;
    };
    struct Held {
        std::uint64_t ticket;
        std::uint32_t by_sink = 0;
        bool by_host = true;
    };
    using HeldMap = std::map<const tocsin_delivery*, Held>;

    std::uint64_t add(Attempt&& attempt, State state);
    const tocsin_delivery* open(std::uint64_t ticket, std::int64_t now);
    void let_go_if_free(HeldMap::iterator at);
    void check(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason);

    Records& records_;
    mutable std::mutex mutex_;
    std::uint32_t max_in_flight_ = 0;
    std::map<std::uint64_t, Ticket> tickets_;
    std::deque<std::uint64_t> waiting_;
    HeldMap held_;
    std::size_t open_ = 0;  ///< open or given up
    std::deque<Answer> answers_;
};

}  // namespace tocsin::core
