#pragma once

#include "base/mistakes.hpp"
#include "config/environment.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

inline constexpr std::string_view environment_prefix = "TOCSIN_";

/// What the name of a variable stands for.
struct EnvironmentTarget {
    bool is_known_kind = false;  ///< it begins with the name of a kind
    Node* section = nullptr;
    const OptionSpec* option = nullptr;  ///< nullptr: it stands for nothing, which is a mistake if the kind is known
    bool has_index = false;
    std::optional<std::size_t> item;  ///< of a list
};

/// Takes the name of a variable apart. Of several kinds it may begin with, the longest that makes sense is meant.
EnvironmentTarget find_target(std::string_view variable, const std::vector<KindOfSection>& kinds, const Location& where,
                              Mistakes& mistakes);

/// The name that a variable of no known kind was meant to have, or nothing.
std::string nearest_variable(std::string_view variable, const std::vector<KindOfSection>& kinds);

}  // namespace tocsin::core
