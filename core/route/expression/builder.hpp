#pragma once

#include "route/expression/functions.hpp"
#include "route/expression/operand.hpp"
#include "route/expression/operators.hpp"
#include "route/expression/program.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin::core::expression {

/// Both sides of an AND or an OR: where each begins in the expression, and its steps, from `first` up to `last`.
struct Logical {
    struct Side {
        std::size_t offset = 0;
        std::size_t first = 0;
        std::size_t last = 0;
        std::size_t logical = no_logical;
    };

    Operator op = Operator::logical_and;
    Side left;
    Side right;
};

/// A program with what its analysis needs besides.
struct Draft {
    std::unique_ptr<Program> program = std::make_unique<Program>();
    std::vector<Type> constant_types;  ///< of Program::constants
    std::vector<Logical> logicals;
    Operand whole;
};

/// Writes the steps of a program, part by part: each part leaves one value more on the stack. What is constant is
/// calculated at once. Everything but the jumps throws TextError when there would be too much of something.
class Builder {
  public:
    /// `merge`: several steps become one where that is faster. Logicals are written down only without it.
    Builder(Draft& draft, bool merge) : draft_{draft}, program_{*draft.program}, merge_{merge} {}

    Operand constant(Value value, Type type, std::size_t offset);
    Operand text(std::string text, std::size_t offset);
    /// Throws TextError for an invalid one.
    Operand regex(const std::string& pattern, std::size_t offset);
    Operand tag(std::string name, std::size_t offset);
    Operand present(std::string name, std::size_t offset);

    /// An operator: `fault_offset` is told when there is no result for constant operands, whatever the event is.
    Operand apply(const Rule& rule, std::span<const Operand> operands, std::size_t offset, std::size_t fault_offset);
    Operand call(const Function& function, std::span<const Operand> arguments, std::size_t offset);

    /// A jump whose place to land is not known yet: skip_no, skip_yes, jump_no or jump. Takes one value off.
    std::size_t jump(Step::Kind kind);
    /// The jump lands here.
    void land(std::size_t jump);

    /// `skip` is the jump between both sides, which has landed.
    Operand logical(Operator op, const Operand& left, std::size_t skip, const Operand& right);

    std::size_t here() const noexcept { return program_.steps.size(); }

  private:
    Operand push(const Step& step, Type type, std::size_t offset);
    Operand push_call(Native run, Nature nature, Type type, std::span<const Operand> operands, std::size_t offset);
    Operand fold(const Rule& rule, std::span<const Operand> operands, std::size_t offset, std::size_t fault_offset);
    void take_off(std::span<const Operand> operands);
    std::uint32_t add_name(std::string name);

    bool merge_comparison(Native run, std::span<const Operand> operands);
    bool merge_facts(Native run, std::span<const Operand> operands);
    bool merge_tag(Native run, std::span<const Operand> operands);

    Draft& draft_;
    Program& program_;
    bool merge_;
    std::unordered_map<std::string, std::uint32_t> names_;
    std::size_t height_ = 0;     // of the stack
    std::size_t kept_text_ = 0;  // bytes
};

}  // namespace tocsin::core::expression
