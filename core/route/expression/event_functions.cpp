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

constexpr Function functions[] = {
    {"level", Type::level, level},
    {"changed", Type::boolean, changed},
    {"name", Type::string, name},
    {"taskName", Type::string, task_name},
};

}  // namespace

std::span<const Function> event_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
