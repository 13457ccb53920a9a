#include "route/gotemplate/topic_check.hpp"

#include "base/text_error.hpp"
#include "route/mqtt_topic.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

/// What steps write, whatever the event.
struct Extent {
    std::size_t least = 0;  ///< bytes of literal text
    bool any = false;       ///< whether they may write anything
};

class TopicCheck {
  public:
    explicit TopicCheck(const Bodies& bodies) : bodies_{bodies} {
        for (auto* seen : {&at_start_, &later_}) seen->resize(bodies.size());
    }

    void run() {
        const auto extent = check(std::size_t{0}, true);
        if (!extent.any) throw TextError{0, std::string{*mqtt_topic_fault("")}};
        if (extent.least > max_mqtt_topic_size)
            throw TextError{0, std::string{*mqtt_topic_fault(std::string(extent.least, 'x'))}};
        for (std::size_t body = 1; body < bodies_.size(); ++body) check(body, false);
    }

  private:
    /// One that invokes itself may write anything.
    Extent check(std::size_t body, bool at_start) {
        auto& known = (at_start ? at_start_ : later_)[body];
        if (known) return *known;
        known = Extent{0, true};
        const auto extent = check(bodies_[body].steps, at_start);
        known = extent;
        return extent;
    }

    /// `at_start`: nothing can stand before these steps.
    Extent check(const Steps& steps, bool at_start) {
        Extent whole;
        for (const auto& step : steps) {
            const bool first = at_start && !whole.any;
            const auto extent = check(step, first);
            whole.least = std::min(whole.least + extent.least, max_mqtt_topic_size + 1);
            whole.any = whole.any || extent.any;
        }
        return whole;
    }

    Extent check(const Step& step, bool first) {
        switch (step.kind) {
            case Step::Kind::text:
                if (const auto fault = mqtt_text_fault(step.text))
                    throw TextError{step.offset + fault->offset, std::string{fault->text}};
                if (first && step.text[0] == '$')
                    throw TextError{step.offset, std::string{*mqtt_topic_fault(step.text.substr(0, 1))}};
                return {step.text.size(), true};
            case Step::Kind::print: return {0, true};
            case Step::Kind::choice: {
                auto least = check(step.otherwise, first);
                for (const auto& arm : step.arms) {
                    const auto extent = check(arm.body, first);
                    least.least = std::min(least.least, extent.least);
                    least.any = least.any || extent.any;
                }
                return least;
            }
            case Step::Kind::range: {
                const auto body = check(step.body, first);
                const auto otherwise = check(step.otherwise, first);
                return {0, body.any || otherwise.any};
            }
            case Step::Kind::invocation: return check(step.target, first);
            case Step::Kind::evaluate:
            case Step::Kind::leave:
            case Step::Kind::proceed: break;
        }
        return {};
    }

    const Bodies& bodies_;
    std::vector<std::optional<Extent>> at_start_;
    std::vector<std::optional<Extent>> later_;
};

}  // namespace

void check_topic(const Bodies& bodies) { TopicCheck{bodies}.run(); }

}  // namespace tocsin::core::gotemplate
