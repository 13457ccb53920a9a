#pragma once

#include "route/gotemplate/syntax.hpp"
#include "route/gotemplate/token_reader.hpp"

#include <set>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// Parses what stands inside an action. Throws TextError.
class PipelineParser {
  public:
    explicit PipelineParser(TokenReader& tokens) : tokens_{tokens} {}

    /// Up to the closing braces, which are read too. `place` is a word for messages; in a "range" two variables may
    /// stand. `assigned` gets the names of variables that are assigned to.
    syntax::Pipeline parse(std::string_view place, std::set<std::string, std::less<>>& assigned);

  private:
    syntax::Pipeline parse_pipeline(Token::Kind end, std::string_view place);
    void parse_variables(syntax::Pipeline& pipeline, std::string_view place);
    syntax::Command parse_command();
    syntax::Operand parse_operand();
    syntax::Operand parse_term();
    syntax::Operand parse_constant(const Token& token);

    TokenReader& tokens_;
    std::set<std::string, std::less<>>* assigned_ = nullptr;
};

}  // namespace tocsin::core::gotemplate
