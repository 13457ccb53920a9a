#include "route/gotemplate/topic_check.hpp"

#include "base/text_error.hpp"
#include "route/mqtt_topic.hpp"

#include <algorithm>

namespace tocsin::core::gotemplate {
namespace {

/// What steps write, whatever the event.
struct Extent {
    std::size_t least = 0;  ///< bytes of literal text
    bool any = false;       ///< whether they may write anything
};

/// `at_start`: nothing can stand before these steps.
Extent check(const Steps& steps, bool at_start) {
    Extent whole;
    for (const auto& step : steps) {
        const bool first = at_start && !whole.any;
        switch (step.kind) {
            case Step::Kind::text:
                if (const auto fault = mqtt_text_fault(step.text))
                    throw TextError{step.offset + fault->offset, std::string{fault->text}};
                if (first && step.text[0] == '$')
                    throw TextError{step.offset, std::string{*mqtt_topic_fault(step.text.substr(0, 1))}};
                whole.least += step.text.size();
                whole.any = true;
                break;
            case Step::Kind::print: whole.any = true; break;
            case Step::Kind::choice: {
                auto least = check(step.otherwise, first);
                for (const auto& arm : step.arms) {
                    const auto extent = check(arm.body, first);
                    least.least = std::min(least.least, extent.least);
                    least.any = least.any || extent.any;
                }
                whole.least += least.least;
                whole.any = whole.any || least.any;
                break;
            }
        }
    }
    return whole;
}

}  // namespace

void check_topic(const Steps& steps) {
    const auto extent = check(steps, true);
    if (!extent.any) throw TextError{0, std::string{*mqtt_topic_fault("")}};
    if (extent.least > max_mqtt_topic_size)
        throw TextError{0, std::string{*mqtt_topic_fault(std::string(extent.least, 'x'))}};
}

}  // namespace tocsin::core::gotemplate
