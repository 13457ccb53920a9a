#pragma once

#include "route/gotemplate/run.hpp"
#include "route/gotemplate/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// What can be asked of a time, a duration, a month or a weekday: `.Time.Unix`. It has one parameter or none.
struct Method {
    std::string_view name;
    Kind receiver;
    Kind result;
    std::optional<Kind> parameter = {};  ///< a string, or a duration, which a constant integer is too
    Value (*call)(Run& run, const Value& receiver, const Value& argument);
};

/// Kinds that have methods.
inline constexpr Kinds receivers{Kind::time, Kind::duration, Kind::month, Kind::weekday};

/// nullptr when there is none.
const Method* find_method(Kind receiver, std::string_view name) noexcept;
/// `receiver` is one of `receivers`.
std::span<const std::string> method_names(Kind receiver);

}  // namespace tocsin::core::gotemplate
