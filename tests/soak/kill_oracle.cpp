#include "kill_oracle.hpp"

#include "order.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::soak {
namespace {

/// Deliveries under way to one broker at a time: the option `window`.
constexpr std::size_t window = 100;

/// At half of the kills: far more than are read in the 2 ms of a tick and the time that a commit takes, and far less
/// than are sent between two kills. At one kill a disk that stands still for a second may cost as much.
constexpr std::size_t most_lost = 1'000;

/// On average for each kill: far more than are confirmed in the 20 ms after which, at the latest, they are taken out of
/// the file. A few more, since a busy machine can hold the router up.
constexpr std::size_t most_doubled = 1'000;
constexpr std::size_t more_kills = 5;

unsigned router_life(const Arrival& arrival) {
    return static_cast<unsigned>(std::stoul(arrival.client.substr(arrival.client.rfind('-') + 1)));
}

}  // namespace

KillOracle::KillOracle(const std::vector<Load::Sent>& sent, const std::vector<Kill>& kills)
    : sent_{sent}, kills_{kills} {}

void KillOracle::judge(const std::vector<Arrival>& arrivals) {
    for (const auto& arrival : arrivals)
        arrivals_[{arrival.handler, arrival.number}].push_back({arrival, lengths_[course_of(arrival)]++});
    for (unsigned number = 0; number < sent_.size(); ++number) judge_losses(number);
    for (const auto& [life, count] : lost_at_) most_lost_at_once_ = std::max(most_lost_at_once_, count);
    for (const auto& [passage, all] : arrivals_) judge_repeats(passage, all);
    if (const auto lost = median_lost(); lost > most_lost)
        faults_.push_back("too many lost: " + std::to_string(lost) + " at half of the kills");
    if (doubled_after_confirmation_ > (kills_.size() + more_kills) * most_doubled)
        faults_.push_back("too many doubled that were confirmed: " + std::to_string(doubled_after_confirmation_));
    for (const auto& [life, count] : repeated_by_broker_)
        if (count > window)
            faults_.push_back("after the end of the broker's life " + std::to_string(life) + " came " +
                              std::to_string(count) + " messages again");
    judge_states();
    for (auto& text : order_faults(arrivals, sent_)) faults_.push_back(std::move(text));
}

std::size_t KillOracle::median_lost() const {
    std::vector<std::size_t> lost(kills_.size());
    for (const auto& [life, count] : lost_at_)
        if (life < lost.size()) lost[life] = count;
    std::sort(lost.begin(), lost.end());
    return lost.empty() ? 0 : lost[lost.size() / 2];
}

KillOracle::Course KillOracle::course_of(const Arrival& arrival) {
    return {arrival.handler == shaky_handler, arrival.client};
}

std::size_t KillOracle::life_that_read(unsigned number) const {
    const auto found =
        std::find_if(kills_.begin(), kills_.end(), [=](const Kill& kill) { return number < kill.first_unread; });
    return static_cast<std::size_t>(found - kills_.begin());
}

void KillOracle::judge_losses(unsigned number) {
    bool lost = false;
    const auto life = life_that_read(number);
    for (const auto* handler : {steady_handler, shaky_handler}) {
        if (arrived(handler, number)) continue;
        const Passage passage{handler, number};
        lost = true;
        if (life == kills_.size())
            fault("lost, and no router was killed that had read it", passage);
        else if (kills_[life].soft)
            fault("lost, and the router was not killed", passage);
        else if (const auto& newest = kills_[life].committed.newest; newest && *newest > number)
            fault("lost, and a newer one was committed", passage);
    }
    for (const auto& kill : kills_)
        for (const auto* handler : {steady_handler, shaky_handler, changes_handler})
            if (!arrived(handler, number) && kill.committed.deliveries.contains({handler, number}) &&
                lost_committed_.insert({handler, number}).second)
                fault("lost, and it was committed", {handler, number});
    if (!lost) return;
    ++lost_;
    ++lost_at_[life];
}

void KillOracle::judge_repeats(const Passage& passage, std::span<const Placed> arrivals) {
    for (std::size_t at = 1; at < arrivals.size(); ++at) {
        const auto& earlier = arrivals[at - 1].arrival;
        const auto& later = arrivals[at].arrival;
        ++doubled_;
        if (router_life(earlier) != router_life(later)) {
            if (earlier.confirmed) {
                ++doubled_after_confirmation_;
                most_behind_confirmed_ =
                    std::max(most_behind_confirmed_, lengths_[course_of(earlier)] - arrivals[at - 1].place - 1);
            }
            if (!kills_[router_life(later) - 1].committed.deliveries.contains(passage))
                fault("doubled, and it was not in the file", passage);
        } else if (earlier.life != later.life) {
            ++repeated_by_broker_[earlier.life];
        } else {
            fault("doubled, and nobody was killed", passage);
        }
    }
}

/// An event that changes a level is committed, with its state, before it is sent; so it arrives everywhere or nowhere,
/// and the level before it is that of the newest one that has arrived anywhere.
void KillOracle::judge_states() {
    std::vector<Load::Level> levels(Load::ids, Load::Level::ok);
    for (unsigned number = 0; number < sent_.size(); ++number) {
        const auto& sent = sent_[number];
        const bool changed = arrived(changes_handler, number);
        if (!changed && !arrived(steady_handler, number) && !arrived(shaky_handler, number)) continue;
        const bool changes = levels[sent.id] != sent.level;
        levels[sent.id] = sent.level;
        if (changed != changes)
            fault(changed ? "said to be a change, and is none" : "a change, and said to be none", {"", number});
        if (changes && (!arrived(steady_handler, number) || !arrived(shaky_handler, number)))
            fault("a change that came only to some handlers", {"", number});
    }
}

void KillOracle::fault(const std::string& text, const Passage& passage) {
    const auto life = life_that_read(passage.number);
    faults_.push_back(text + ": " + passage.handler + "/" + std::to_string(passage.number) + ", read in life " +
                      std::to_string(life) + " of the router");
}

}  // namespace tocsin::soak
