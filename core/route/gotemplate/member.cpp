#include "route/gotemplate/member.hpp"

#include <array>
#include <cstddef>

namespace tocsin::core::gotemplate {

std::span<const std::string> member_names() {
    static const std::array<std::string, member_count> names{"ID",   "Message",  "Level", "Time", "Duration", "Details",
                                                             "Name", "TaskName", "Group", "Tags", "Fields"};
    return names;
}

std::optional<Member> find_member(std::string_view name) noexcept {
    const auto names = member_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<Member>(i);
    return std::nullopt;
}

Kind kind_of(Member member) noexcept {
    switch (member) {
        case Member::time: return Kind::time;
        case Member::duration: return Kind::duration;
        case Member::tags: return Kind::tags;
        case Member::fields: return Kind::fields;
        default: return Kind::string;
    }
}

Value read(const Event& event, Member member) noexcept {
    switch (member) {
        case Member::id: return Value::of(event.id());
        case Member::message: return Value::of(event.message());
        case Member::level: return Value::of(name_of(event.level()));
        case Member::time: return Value::of(Kind::time, event.time());
        case Member::duration: return Value::of(Kind::duration, event.duration());
        case Member::details: return Value::of(event.details());
        case Member::name: return Value::of(event.name());
        case Member::task_name: return Value::of(event.task_name());
        case Member::group: return Value::of(event.group());
        case Member::tags: return Value::of(Kind::tags);
        case Member::fields: return Value::of(Kind::fields);
    }
    return {};
}

}  // namespace tocsin::core::gotemplate
