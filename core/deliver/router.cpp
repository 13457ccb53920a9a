#include "deliver/router.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t most_states = 100'000;
constexpr std::size_t most_pending = 1'000'000;

}  // namespace

Router::Router(Routes routes, std::vector<Target> targets)
    : routes_{std::move(routes)}, targets_{std::move(targets)}, states_{most_states} {
    for (const auto& target : targets_)
        if (std::find(runners_.begin(), runners_.end(), target.runner) == runners_.end())
            runners_.push_back(target.runner);
    const auto quota = std::min(most_pending_per_handler, most_pending / std::max<std::size_t>(targets_.size(), 1));
    for (auto* runner : runners_) runner->set_quota(std::max<std::size_t>(quota, 1));
}

std::int32_t Router::take(SourceInstance& source, const tocsin_event& event, std::uint64_t token) {
    if (const auto fault = Event::fault(event)) {
        if (const auto left_out = invalid_lines_.pass())
            log::warning(
                "event refused",
                {{"kind", source.kind()}, {"name", source.name()}, {"reason", *fault}, {"lines_left_out", *left_out}});
        return TOCSIN_INVALID;
    }
    std::vector<SinkRunner*> to_wake;
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) {
            source.events().refused.add();
            return TOCSIN_STOPPING;
        }
        const auto stamp =
            states_.update(view(event.topic), view(event.id), static_cast<Level>(event.level), event.time);
        deliver(source, std::make_shared<const Event>(event, stamp), token);
        for (const auto target : found_)
            if (auto* runner = targets_[target].runner;
                std::find(to_wake.begin(), to_wake.end(), runner) == to_wake.end())
                to_wake.push_back(runner);
    }
    for (auto* runner : to_wake) runner->wake();
    return TOCSIN_ACCEPTED;
}

void Router::deliver(SourceInstance& source, const EventPtr& event, std::uint64_t token) {
    found_.clear();
    routes_.find(*event, found_);
    if (found_.empty()) {
        source.events().unmatched.add();
        if (token != 0) source.committed(token);
        return;
    }
    source.events().matched.add();
    ReceiptPtr receipt;
    if (token != 0) receipt = std::make_shared<Receipt>(found_.size(), [&source, token] { source.committed(token); });
    for (const auto target : found_) targets_[target].runner->push(targets_[target].handler, event, receipt);
}

void Router::stop() {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
}

std::size_t Router::pending() const {
    std::size_t sum = 0;
    for (const auto* runner : runners_) sum += runner->pending();
    return sum;
}

std::uint64_t Router::evicted_states() {
    const std::scoped_lock lock{mutex_};
    return states_.evicted();
}

}  // namespace tocsin::core
