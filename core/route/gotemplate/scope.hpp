#pragma once

#include "route/gotemplate/value.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core::gotemplate {

/// The variables and the dot at one place of a body that is compiled.
class Scope {
  public:
    struct Variable {
        std::string name;
        std::size_t slot;
        Kinds kinds;
    };

    /// `assigned`: variables that may get another kind of value later, and lives longer.
    Scope(Kinds dot, const std::set<std::string, std::less<>>& assigned) : dot_{dot}, assigned_{assigned} {
        declare("$", dot);
    }

    Kinds dot() const noexcept { return dot_; }
    Kinds set_dot(Kinds kinds) noexcept { return std::exchange(dot_, kinds); }

    /// The innermost of this name; nullptr when there is none.
    Variable* find(std::string_view name) noexcept {
        const auto found =
            std::find_if(variables_.rbegin(), variables_.rend(), [&](const auto& each) { return each.name == name; });
        return found == variables_.rend() ? nullptr : &*found;
    }

    std::size_t declare(const std::string& name, Kinds kinds) {
        const auto slot = variables_.size();
        variables_.push_back({name, slot, assigned_.contains(name) ? any_kind : kinds});
        slots_ = std::max(slots_, variables_.size());
        return slot;
    }

    /// Does nothing to a variable that is assigned to.
    void set_kinds(std::size_t slot, Kinds kinds) {
        auto& variable = variables_[slot];
        if (!assigned_.contains(variable.name)) variable.kinds = kinds;
    }

    std::size_t mark() const noexcept { return variables_.size(); }
    /// Ends the scope of what was declared since.
    void drop(std::size_t mark) { variables_.resize(mark); }
    /// Of all variables that are there at one time.
    std::size_t slots() const noexcept { return slots_; }
    const std::vector<Variable>& variables() const noexcept { return variables_; }

  private:
    Kinds dot_;
    const std::set<std::string, std::less<>>& assigned_;
    std::vector<Variable> variables_;
    std::size_t slots_ = 0;
};

}  // namespace tocsin::core::gotemplate
