#include "testing/emitted.hpp"

#include <fmt/format.h>

#include <memory>
#include <string_view>

namespace tocsin::core {

EventPtr Emitted::stamp(const tocsin_event& event) {
    const auto stamp =
        states_.update(view(event.topic), view(event.id), static_cast<Level>(event.level), event.time, ++sequence_)
            .stamp;
    return std::make_shared<const Event>(event, stamp);
}

EventPtr Emitted::stamped(const tocsin_event& event) {
    const std::scoped_lock lock{mutex_};
    return stamp(event);
}

void Emitted::answer(std::int32_t answer, std::uint64_t room) {
    const std::scoped_lock lock{mutex_};
    answer_ = answer;
    room_ = room;
}

void Emitted::call_first(Hook hook) {
    const std::scoped_lock lock{mutex_};
    hook_ = hook;
}

std::int32_t Emitted::take(const tocsin_event& event, std::uint64_t token) {
    Hook hook;
    {
        const std::scoped_lock lock{mutex_};
        hook = hook_;
    }
    if (hook.first != nullptr) hook.first(hook.second);
    const auto fault = Event::fault(event);
    if (fault) records_.violate(fmt::format("emit: the event breaks a rule: {}", *fault));
    const std::scoped_lock lock{mutex_};
    ++emits_;
    if (fault) return TOCSIN_INVALID;
    if (answer_ != TOCSIN_ACCEPTED) return answer_;
    if (room_ == 0) return TOCSIN_FULL;
    if (room_ != std::numeric_limits<std::uint64_t>::max()) --room_;
    accepted_.push_back({stamp(event), token});
    return TOCSIN_ACCEPTED;
}

const Emitted::Accepted* Emitted::accepted_at(std::size_t index) const {
    const std::scoped_lock lock{mutex_};
    return index < accepted_.size() ? &accepted_[index] : nullptr;
}

std::size_t Emitted::accepted() const {
    const std::scoped_lock lock{mutex_};
    return accepted_.size();
}

std::uint64_t Emitted::emits() const {
    const std::scoped_lock lock{mutex_};
    return emits_;
}

}  // namespace tocsin::core
