#include "route/expression/functions.hpp"

namespace tocsin::core::expression {
namespace {

bool level(Frame& frame, Value* values) {
    values[0] = Value{static_cast<std::int64_t>(frame.event().level())};
    return true;
}

bool changed(Frame& frame, Value* values) {
    values[0] = Value{frame.event().changed()};
    return true;
}

bool name(Frame& frame, Value* values) {
    values[0] = Value{frame.event().name()};
    return true;
}

bool task_name(Frame& frame, Value* values) {
    values[0] = Value{frame.event().task_name()};
    return true;
}

bool alert_duration(Frame& frame, Value* values) {
    values[0] = Value{frame.event().duration()};
    return true;
}

constexpr Function functions[] = {
    {"level", Type::level, level},
    {"changed", Type::boolean, changed},
    {"name", Type::string, name},
    {"taskName", Type::string, task_name},
    {"alertDuration", Type::duration, alert_duration},
    {"duration", Type::duration, alert_duration},  // as Kapacitor called it before 1.6
};

}  // namespace

std::span<const Function> event_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
