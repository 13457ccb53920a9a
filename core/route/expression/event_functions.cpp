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
    {"level", level, Type::level},
    {"changed", changed, Type::boolean},
    {"name", name, Type::string},
    {"taskName", task_name, Type::string},
    {"alertDuration", alert_duration, Type::duration},
    {"duration", alert_duration, Type::duration},  // as Kapacitor called it before 1.6
};

}  // namespace

std::span<const Function> event_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
