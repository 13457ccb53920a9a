#include "route/gotemplate/compiler.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/expression_compiler.hpp"
#include "route/gotemplate/function.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::core::gotemplate {
namespace {

using syntax::Definition;
using syntax::Node;

/// Kinds of dot that one definition is compiled for; any further ones share a version for all kinds.
constexpr std::size_t most_versions = 4;

constexpr Kinds ranged = maps | integers | Kinds{Kind::none, Kind::json};

/// What has to be compiled: the bodies, in the order of their numbers.
class Versions {
  public:
    explicit Versions(const syntax::Source& source) : source_{source} { all_.push_back({&source.main, Kind::event}); }

    /// The number of the body for an invocation.
    std::size_t find(const Node& invocation, Kinds dot) {
        for (const auto& definition : source_.definitions)
            if (definition.name == invocation.text) return find(definition, dot);
        std::vector<std::string> known;
        for (const auto& definition : source_.definitions) known.push_back(definition.name);
        auto text = "there is no template \"" + invocation.text + "\"";
        if (known.empty()) throw TextError{invocation.offset, text + ", and none is defined"};
        fail_unknown(invocation.offset, std::move(text), invocation.text, "", known);
    }

    struct Version {
        const Definition* definition;
        Kinds dot;
    };
    /// Nothing when all are compiled.
    std::optional<Version> next(std::size_t number) {
        if (number == all_.size()) add_unused();
        return number == all_.size() ? std::nullopt : std::optional{all_[number]};
    }

  private:
    std::size_t find(const Definition& definition, Kinds dot) {
        std::size_t versions = 0;
        std::optional<std::size_t> general;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (all_[i].definition != &definition) continue;
            if (all_[i].dot == dot) return i;
            if (all_[i].dot == any_kind) general = i;
            ++versions;
        }
        if (versions >= most_versions) dot = any_kind;
        if (versions >= most_versions && general) return *general;
        all_.push_back({&definition, dot});
        return all_.size() - 1;
    }

    /// Mistakes in what nobody invokes are mistakes too.
    void add_unused() {
        for (const auto& definition : source_.definitions)
            if (std::none_of(all_.begin(), all_.end(),
                             [&](const auto& each) { return each.definition == &definition; }))
                all_.push_back({&definition, any_kind});
    }

    const syntax::Source& source_;
    std::vector<Version> all_;
};

class BodyCompiler {
  public:
    BodyCompiler(Versions& versions, const Versions::Version& version, bool for_topic)
        : versions_{versions},
          scope_{version.dot, version.definition->assigned},
          expressions_{scope_, for_topic},
          definition_{*version.definition} {}

    Body run() {
        Body body;
        body.name = definition_.name;
        body.steps = compile_list(definition_.body);
        body.slots = scope_.slots();
        return body;
    }

  private:
    /// The variables that are declared in it end with it.
    Steps compile_list(const syntax::List& list) {
        const auto mark = scope_.mark();
        Steps steps;
        for (const auto& node : list) {
            Step step;
            step.offset = node.offset;
            switch (node.kind) {
                case Node::Kind::text: step.text = node.text; break;
                case Node::Kind::action: compile_action(step, node); break;
                case Node::Kind::choice: compile_choice(step, node); break;
                case Node::Kind::range: compile_range(step, node); break;
                case Node::Kind::invocation: compile_invocation(step, node); break;
                case Node::Kind::leave: step.kind = Step::Kind::leave; break;
                case Node::Kind::proceed: step.kind = Step::Kind::proceed; break;
            }
            steps.push_back(std::move(step));
        }
        scope_.drop(mark);
        return steps;
    }

    Steps compile_with_dot(const syntax::List& list, Kinds dot) {
        const auto outer = scope_.set_dot(dot);
        auto steps = compile_list(list);
        scope_.set_dot(outer);
        return steps;
    }

    void compile_action(Step& step, const Node& node) {
        step.kind = node.pipeline.variables.empty() ? Step::Kind::print : Step::Kind::evaluate;
        auto value = expressions_.compile(node.pipeline);
        if (value.op == Expression::Op::call && value.function->name == levels_name) {
            step.levels = true;
            auto argument = std::move(value.arguments[0]);
            value = std::move(argument);
        }
        step.expression = std::move(value);
    }

    void compile_choice(Step& step, const Node& node) {
        const auto mark = scope_.mark();
        step.kind = Step::Kind::choice;
        step.sets_dot = node.sets_dot;
        for (const auto& branch : node.branches) {
            auto condition = expressions_.compile(branch.condition);
            const auto dot = node.sets_dot ? condition.kinds : scope_.dot();
            auto body = compile_with_dot(branch.body, dot);
            step.arms.push_back({std::move(condition), std::move(body)});
        }
        step.otherwise = compile_list(node.otherwise);
        scope_.drop(mark);
    }

    void compile_range(Step& step, const Node& node) {
        const auto mark = scope_.mark();
        const auto& variables = node.pipeline.variables;
        step.kind = Step::Kind::range;
        step.expression = expressions_.compile_value(node.pipeline);
        const auto kinds = step.expression.kinds;
        const bool only_counts = kinds.has_any(integers) && !kinds.has_any(maps | Kinds{Kind::json, Kind::none});
        if (!kinds.has_any(ranged))
            throw TextError{step.expression.offset,
                            "range goes over the tags, the fields, JSON or an integer, not over " + describe(kinds)};
        if (only_counts && variables.size() > 1)
            throw TextError{variables[1].offset, "a range over an integer sets one variable"};
        const auto slot = [&](std::size_t i) {
            return node.pipeline.assigns ? expressions_.assigned_slot(variables[i])
                                         : scope_.declare(variables[i].name, kinds);
        };
        if (variables.size() > 1) step.key_slot = slot(0);
        if (!variables.empty()) step.value_slot = slot(variables.size() - 1);
        compile_rounds(step, node);
        step.otherwise = compile_list(node.otherwise);
        scope_.drop(mark);
    }

    /// In the body the variables hold key and value; in else what the range went over.
    void compile_rounds(Step& step, const Node& node) {
        const auto kinds = step.expression.kinds;
        Kinds keys;
        Kinds values;
        if (kinds.has_any(maps)) keys = keys | Kind::string;
        if (kinds.has(Kind::json)) keys = keys | Kinds{Kind::string, Kind::integer};
        if (kinds.has(Kind::tags)) values = values | Kind::string;
        if (kinds.has_any({Kind::fields, Kind::json})) values = values | field_kinds;
        if (kinds.has_any(integers | Kind::json)) values = values | Kind::integer;
        if (keys.empty()) keys = Kind::none;
        if (values.empty()) values = Kind::none;
        const auto with_kinds = [&](const std::optional<std::size_t>& slot, Kinds replaced) {
            if (slot && !node.pipeline.assigns) scope_.set_kinds(*slot, replaced);
        };
        with_kinds(step.key_slot, keys);
        with_kinds(step.value_slot, values);
        step.body = compile_with_dot(node.body, values);
        with_kinds(step.key_slot, kinds);
        with_kinds(step.value_slot, kinds);
    }

    void compile_invocation(Step& step, const Node& node) {
        step.kind = Step::Kind::invocation;
        step.expression.kinds = Kind::none;
        if (!node.pipeline.commands.empty()) step.expression = expressions_.compile(node.pipeline);
        step.target = versions_.find(node, step.expression.kinds);
    }

    Versions& versions_;
    Scope scope_;
    ExpressionCompiler expressions_;
    const Definition& definition_;
};

}  // namespace

Bodies compile(const syntax::Source& source, bool for_topic) {
    Versions versions{source};
    Bodies bodies;
    while (const auto version = versions.next(bodies.size()))
        bodies.push_back(BodyCompiler{versions, *version, for_topic}.run());
    return bodies;
}

}  // namespace tocsin::core::gotemplate
