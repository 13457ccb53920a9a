#include "route/expression/builder.hpp"

#include "base/text_error.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tocsin::core::expression {
namespace {

/// Throws TextError when there is no result for constant arguments.
void try_out(const Function& function, std::span<const Operand> arguments, std::size_t offset) {
    Frame frame{nullptr};
    Value values[most_arguments];
    for (std::size_t i = 0; i < arguments.size(); ++i) values[i] = *arguments[i].constant;
    if (!function.run(frame, values)) throw TextError{offset, std::string{frame.failure()}};
}

bool is_constant(const Operand& operand) { return operand.constant.has_value(); }

Native native_named(std::string_view name) { return find_functions(name).front()->run; }

}  // namespace

Operand Builder::constant(Value value, Type type, std::size_t offset) {
    const auto index = static_cast<std::uint32_t>(program_.constants.size());
    Operand operand = push({Step::Kind::constant, 0, index, {}}, type, offset);
    program_.constants.push_back(value);
    draft_.constant_types.push_back(type);
    operand.constant = value;
    return operand;
}

Operand Builder::text(std::string text, std::size_t offset) {
    kept_text_ += text.size();
    if (kept_text_ > most_text) throw TextError{offset, "the constant texts together grow above 8 MiB"};
    const std::string_view kept = program_.texts.emplace_back(std::move(text));
    return constant(Value{kept}, Type::string, offset);
}

Operand Builder::regex(const std::string& pattern, std::size_t offset) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto regex = std::make_unique<const re2::RE2>(pattern, options);
    if (!regex->ok()) throw TextError{offset, "invalid regular expression: " + regex->error()};
    const re2::RE2* kept = program_.regexes.emplace_back(std::move(regex)).get();
    return constant(Value{kept}, Type::regex, offset);
}

Operand Builder::tag(std::string name, std::size_t offset) {
    return push({Step::Kind::tag, 0, add_name(std::move(name)), {}}, Type::string, offset);
}

Operand Builder::present(std::string name, std::size_t offset) {
    return push({Step::Kind::present, 0, add_name(std::move(name)), {}}, Type::boolean, offset);
}

Operand Builder::apply(const Rule& rule, std::span<const Operand> operands, std::size_t offset,
                       std::size_t fault_offset) {
    if (std::all_of(operands.begin(), operands.end(), is_constant)) return fold(rule, operands, offset, fault_offset);
    if (merge_ && merge_comparison(rule.run, operands)) {
        height_ -= operands.size() - 1;
        return Operand{rule.result, offset, operands.front().first, {}, no_logical};
    }
    return push_call(rule.run, Nature::pure, rule.result, operands, offset);
}

Operand Builder::call(const Function& function, std::span<const Operand> arguments, std::size_t offset) {
    if (!arguments.empty() && std::all_of(arguments.begin(), arguments.end(), is_constant)) {
        if (function.nature == Nature::pure) return fold({function.run, function.result}, arguments, offset, offset);
        if (function.nature == Nature::varying) try_out(function, arguments, offset);
    }
    if (function.nature == Nature::remembering && !program_.history) program_.history = std::make_unique<History>();
    static const Native replace = native_named("regexReplace");
    if (function.run == replace && is_constant(arguments[0]) && is_constant(arguments[2])) {
        const RegexReplacement& prepared =
            program_.replacements.emplace_back(*arguments[0].constant->regex, arguments[2].constant->text);
        program_.constants.back() = Value{&prepared};
        draft_.constant_types.back() = Type::regex;
        return push_call(apply_replacement, function.nature, function.result, arguments, offset);
    }
    return push_call(function.run, function.nature, function.result, arguments, offset);
}

std::size_t Builder::jump(Step::Kind kind) {
    program_.steps.push_back({kind, 0, 0, {}});
    --height_;
    return program_.steps.size() - 1;
}

void Builder::land(std::size_t jump) { program_.steps[jump].index = static_cast<std::uint32_t>(program_.steps.size()); }

Operand Builder::logical(Operator op, const Operand& left, std::size_t skip, const Operand& right) {
    Operand whole{Type::boolean, left.offset, left.first, {}, no_logical};
    if (!merge_) {
        whole.logical = draft_.logicals.size();
        draft_.logicals.push_back(
            {op, {left.offset, left.first, skip, left.logical}, {right.offset, right.first, here(), right.logical}});
        return whole;
    }
    // Both sides only know the level and whether it changed: that is one step.
    std::vector<Step>& steps = program_.steps;
    const bool single = skip == left.first + 1 && here() == skip + 2;
    if (single && steps[left.first].kind == Step::Kind::facts && steps.back().kind == Step::Kind::facts) {
        const std::uint32_t other = steps.back().index;
        std::uint32_t& mask = steps[left.first].index;
        mask = op == Operator::logical_and ? mask & other : mask | other;
        steps.resize(skip);
    }
    return whole;
}

Operand Builder::push(const Step& step, Type type, std::size_t offset) {
    if (++height_ > stack_size)
        throw TextError{offset, "too complicated: more than " + std::to_string(stack_size) + " values at once"};
    program_.steps.push_back(step);
    return Operand{type, offset, program_.steps.size() - 1, {}, no_logical};
}

Operand Builder::push_call(Native run, Nature nature, Type type, std::span<const Operand> operands,
                           std::size_t offset) {
    height_ -= operands.size();
    const auto count = static_cast<std::uint8_t>(operands.size());
    const auto kind = nature == Nature::pure ? Step::Kind::call : Step::Kind::call_varying;
    Operand result = push({kind, count, 0, {run}}, type, offset);
    if (!operands.empty()) result.first = operands.front().first;
    static const Native changed = native_named("changed");
    if (merge_ && run == changed) program_.steps.back() = {Step::Kind::facts, 0, 0b10101010, {}};
    return result;
}

/// Replaces the steps that push the constant operands, which are the last ones, by the result.
Operand Builder::fold(const Rule& rule, std::span<const Operand> operands, std::size_t offset,
                      std::size_t fault_offset) {
    Frame frame{nullptr};
    Value values[most_arguments];
    for (std::size_t i = 0; i < operands.size(); ++i) values[i] = *operands[i].constant;
    if (!rule.run(frame, values)) throw TextError{fault_offset, std::string{frame.failure()}};
    take_off(operands);
    if (rule.result == Type::string) return text(std::string{values[0].text}, offset);
    return constant(values[0], rule.result, offset);
}

void Builder::take_off(std::span<const Operand> operands) {
    height_ -= operands.size();
    program_.steps.resize(program_.steps.size() - operands.size());
    program_.constants.resize(program_.constants.size() - operands.size());
    draft_.constant_types.resize(program_.constants.size());
}

std::uint32_t Builder::add_name(std::string name) {
    const auto [place, added] = names_.try_emplace(name, static_cast<std::uint32_t>(program_.names.size()));
    if (added) program_.names.push_back(std::move(name));
    return place->second;
}

bool Builder::merge_comparison(Native run, std::span<const Operand> operands) {
    std::vector<Step>& steps = program_.steps;
    if (operands.size() == 1) {
        static const Native negate = unary_rule(Operator::logical_not, Type::boolean).run;
        if (run != negate || here() != operands[0].first + 1 || steps.back().kind != Step::Kind::facts) return false;
        steps.back().index = ~steps.back().index & 0xffu;
        return true;
    }
    const bool single = operands[1].first == operands[0].first + 1 && here() == operands[1].first + 1;
    return single && (merge_facts(run, operands) || merge_tag(run, operands));
}

/// level() or changed() compared with a constant.
bool Builder::merge_facts(Native run, std::span<const Operand> operands) {
    static const Native level = native_named("level");
    std::vector<Step>& steps = program_.steps;
    const std::size_t variable = is_constant(operands[0]) ? 1 : 0;
    if (!is_constant(operands[1 - variable])) return false;
    Step& step = steps[operands[variable].first];
    const bool is_level = step.kind == Step::Kind::call && step.native == level;
    if (!is_level && step.kind != Step::Kind::facts) return false;
    std::uint32_t mask = 0;
    for (int bit = 0; bit < 8; ++bit) {
        Value values[2];
        values[variable] = is_level ? Value{std::int64_t{bit / 2}} : Value{((step.index >> bit) & 1u) != 0};
        values[1 - variable] = *operands[1 - variable].constant;
        Frame frame{nullptr};
        if (!run(frame, values)) return false;
        if (values[0].boolean) mask |= 1u << bit;
    }
    steps.resize(operands[0].first);
    steps.push_back({Step::Kind::facts, 0, mask, {}});
    return true;
}

/// A tag that is or is not a constant text, or matches a regular expression or not.
bool Builder::merge_tag(Native run, std::span<const Operand> operands) {
    static const std::pair<Native, Step::Kind> merged_kinds[] = {
        {binary_rule(Operator::equal, Type::string, Type::string).run, Step::Kind::tag_equal},
        {binary_rule(Operator::not_equal, Type::string, Type::string).run, Step::Kind::tag_differs},
        {binary_rule(Operator::matches, Type::string, Type::regex).run, Step::Kind::tag_matches},
        {binary_rule(Operator::matches_not, Type::string, Type::regex).run, Step::Kind::tag_matches_not},
    };
    const auto kind = std::find_if(std::begin(merged_kinds), std::end(merged_kinds),
                                   [run](const auto& merged_kind) { return merged_kind.first == run; });
    if (kind == std::end(merged_kinds)) return false;
    std::vector<Step>& steps = program_.steps;
    const std::size_t variable = is_constant(operands[0]) ? 1 : 0;
    const Step tag = steps[operands[variable].first];
    const Step constant = steps[operands[1 - variable].first];
    if (tag.kind != Step::Kind::tag || constant.kind != Step::Kind::constant) return false;
    steps.resize(operands[0].first);
    Step merged{kind->second, 0, tag.index, {}};
    merged.constant = constant.index;
    steps.push_back(merged);
    return true;
}

}  // namespace tocsin::core::expression
