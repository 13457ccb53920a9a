#pragma once

#include "broker_log.hpp"
#include "load.hpp"
#include "spool_copy.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::soak {

/// What was found when the router had been killed, or, if that was `soft`, stopped with SIGTERM and short of time.
struct Kill {
    unsigned first_unread = 0;
    Committed committed;
    bool soft = false;
};

/// Handlers of all events at a broker that is always up and at one that is killed, too, and one of the events that
/// change their id's level, at the first broker. All at QoS 1, under the MQTT client identifier `life-N`, N counting
/// the router's lives from 0.
inline constexpr const char* steady_handler = "steady";
inline constexpr const char* shaky_handler = "shaky";
inline constexpr const char* changes_handler = "changes";

/// Judges what arrived of what was sent.
class KillOracle {
  public:
    /// Those must outlive it.
    KillOracle(const std::vector<Load::Sent>& sent, const std::vector<Kill>& kills);

    void judge(const std::vector<Arrival>& arrivals);

    /// What must not be. Empty when all is well.
    const std::vector<std::string>& faults() const noexcept { return faults_; }

    /// Events that one handler at least did not get, all allowed: a router had read and not committed them when it was
    /// killed.
    std::size_t lost() const noexcept { return lost_; }
    /// Deliveries that were committed and did not arrive: faults.
    std::size_t lost_committed() const noexcept { return lost_committed_.size(); }
    std::size_t most_lost_at_once() const noexcept { return most_lost_at_once_; }
    /// Repeated messages, all allowed: what was in the file when the router was killed, or under way to a broker that
    /// was.
    std::size_t doubled() const noexcept { return doubled_; }
    /// Of these, what the broker had confirmed, and the router did not come to take out of the file.
    std::size_t doubled_after_confirmation() const noexcept { return doubled_after_confirmation_; }
    /// How many more messages the router had sent to that broker after one of those, at most.
    std::size_t most_behind_confirmed() const noexcept { return most_behind_confirmed_; }

  private:
    /// A broker and a life of the router.
    using Course = std::pair<bool, std::string>;
    struct Placed {
        Arrival arrival;
        std::size_t place;  ///< in its course
    };

    static Course course_of(const Arrival& arrival);
    void judge_losses(unsigned number);
    void judge_repeats(const Passage& passage, std::span<const Placed> arrivals);
    void judge_states();
    bool arrived(const char* handler, unsigned number) const { return arrivals_.contains({handler, number}); }
    std::size_t median_lost() const;
    std::size_t life_that_read(unsigned number) const;
    void fault(const std::string& text, const Passage& passage);

    const std::vector<Load::Sent>& sent_;
    const std::vector<Kill>& kills_;
    std::map<Passage, std::vector<Placed>> arrivals_;
    std::map<Course, std::size_t> lengths_;
    std::map<std::size_t, std::size_t> lost_at_;
    std::map<unsigned, std::size_t> repeated_by_broker_;  ///< by the broker's life that ended
    std::vector<std::string> faults_;
    std::set<Passage> lost_committed_;
    std::size_t lost_ = 0;
    std::size_t most_lost_at_once_ = 0;
    std::size_t doubled_ = 0;
    std::size_t doubled_after_confirmation_ = 0;
    std::size_t most_behind_confirmed_ = 0;
};

}  // namespace tocsin::soak
