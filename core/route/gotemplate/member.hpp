#pragma once

#include "route/gotemplate/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// What a template can ask of the event, in the order of Kapacitor's template data.
enum class Member { id, message, level, time, duration, details, name, task_name, group, tags, fields };
inline constexpr int member_count = 11;

std::optional<Member> find_member(std::string_view name) noexcept;
std::span<const std::string> member_names();
Kind kind_of(Member member) noexcept;
Value read(const Event& event, Member member) noexcept;

}  // namespace tocsin::core::gotemplate
