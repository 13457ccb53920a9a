#include "route/gotemplate/termination.hpp"

#include "base/text_error.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

/// Rounds of the search: those who need more are taken to end.
constexpr int most_rounds = 100;

class Termination {
  public:
    explicit Termination(const Bodies& bodies) : ends_(bodies.size(), false) {
        bool changed = true;
        for (int round = 0; changed; ++round) {
            if (round == most_rounds) {
                ends_.assign(bodies.size(), true);
                return;
            }
            changed = false;
            for (auto i = bodies.size(); i-- > 0;) {
                if (ends_[i] || obstacle(bodies[i].steps) != nullptr) continue;
                ends_[i] = true;
                changed = true;
            }
        }
    }

    bool ends(std::size_t body) const { return ends_[body]; }

    /// The first invocation on every way through the steps that never ends; nullptr when there is a way that may end.
    const Step* obstacle(const Steps& steps) const {
        for (const auto& step : steps) {
            if (step.kind == Step::Kind::leave || step.kind == Step::Kind::proceed) return nullptr;
            if (step.kind == Step::Kind::invocation && !ends_[step.target]) return &step;
            if (step.kind != Step::Kind::choice) continue;
            const auto* found = obstacle(step.otherwise);
            for (auto arm = step.arms.rbegin(); arm != step.arms.rend() && found != nullptr; ++arm)
                found = obstacle(arm->body);
            if (found != nullptr) return found;
        }
        return nullptr;
    }

  private:
    std::vector<bool> ends_;
};

}  // namespace

void check_termination(const Bodies& bodies) {
    const Termination termination{bodies};
    if (termination.ends(0)) return;
    const auto* step = termination.obstacle(bodies[0].steps);
    throw TextError{step->offset, "the template \"" + bodies[step->target].name + "\" invokes itself without end"};
}

}  // namespace tocsin::core::gotemplate
