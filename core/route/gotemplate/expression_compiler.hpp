#pragma once

#include "route/gotemplate/program.hpp"
#include "route/gotemplate/scope.hpp"
#include "route/gotemplate/syntax.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core::gotemplate {

/// Resolves the names in pipelines and checks what can be told without an event. All throw TextError.
class ExpressionCompiler {
  public:
    ExpressionCompiler(Scope& scope, bool for_topic) : scope_{scope}, for_topic_{for_topic} {}

    /// With its variables: they are declared in the scope, and the expression stores them.
    Expression compile(const syntax::Pipeline& pipeline);
    /// Without.
    Expression compile_value(const syntax::Pipeline& pipeline);

    /// The slot of the variable that is assigned to.
    std::size_t assigned_slot(const syntax::Name& variable);

  private:
    struct Arguments {
        std::vector<Expression> values;
        bool piped = false;  ///< the last one came through `|`
    };

    Expression compile_command(const syntax::Command& command, Expression* piped);
    Expression compile_operand(const syntax::Operand& operand);
    Expression compile_function(const syntax::Operand& name, Arguments arguments) const;
    Expression compile_variable(const syntax::Operand& operand);
    Expression compile_fields(Expression base, std::span<const syntax::Name> fields);
    Expression compile_field(Expression base, const syntax::Name& name, Arguments arguments);
    Expression compile_method(Expression base, const syntax::Name& name, const Method& method, Arguments arguments);

    Scope& scope_;
    bool for_topic_;
};

/// "there is no x (did you mean ...?)", or all valid names, with `before` in front of each.
[[noreturn]] void fail_unknown(std::size_t offset, std::string text, std::string_view word, std::string_view before,
                               std::span<const std::string> valid);

}  // namespace tocsin::core::gotemplate
