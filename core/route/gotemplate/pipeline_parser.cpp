#include "route/gotemplate/pipeline_parser.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/literal.hpp"

#include <utility>

namespace tocsin::core::gotemplate {

using syntax::Command;
using syntax::Operand;
using syntax::Pipeline;

Pipeline PipelineParser::parse(std::string_view place, std::set<std::string, std::less<>>& assigned) {
    assigned_ = &assigned;
    return parse_pipeline(Token::Kind::close, place);
}

Pipeline PipelineParser::parse_pipeline(Token::Kind end, std::string_view place) {
    Pipeline pipeline;
    tokens_.skip_space();
    pipeline.offset = tokens_.peek().offset;
    parse_variables(pipeline, place);
    tokens_.skip_space();
    if (tokens_.at(end)) throw TextError{tokens_.peek().offset, "a value is missing in " + std::string{place}};
    while (true) {
        pipeline.commands.push_back(parse_command());
        const auto& token = tokens_.peek();
        if (token.kind == Token::Kind::pipe) {
            tokens_.next();
            continue;
        }
        if (token.kind != end) TokenReader::fail_unexpected(token, end == Token::Kind::close ? "}} or |" : ") or |");
        tokens_.next();
        return pipeline;
    }
}

/// `$x :=`, `$x =` or, in a range, `$i, $x :=`. Without one of these signs the variable is an operand.
void PipelineParser::parse_variables(Pipeline& pipeline, std::string_view place) {
    const auto start = tokens_.position();
    while (tokens_.at(Token::Kind::variable)) {
        const auto& variable = tokens_.next();
        tokens_.skip_space();
        const auto& sign = tokens_.peek();
        const bool is_comma = tokens_.at(Token::Kind::symbol, ",");
        const bool assigns = tokens_.at(Token::Kind::symbol, "=");
        if (!is_comma && !assigns && !tokens_.at(Token::Kind::symbol, ":=")) break;
        pipeline.variables.push_back({std::string{variable.text}, variable.offset});
        tokens_.next();
        tokens_.skip_space();
        if (!is_comma) {
            pipeline.assigns = assigns;
            if (assigns)
                for (const auto& each : pipeline.variables) assigned_->insert(each.name);
            return;
        }
        if (place != "range" || pipeline.variables.size() > 1)
            throw TextError{sign.offset, place == "range" ? "a range sets two variables at most"
                                                          : "only a range sets two variables, here it is one"};
    }
    if (!pipeline.variables.empty()) TokenReader::fail_unexpected(tokens_.peek(), "a second variable and := or =");
    tokens_.go_back(start);
}

Command PipelineParser::parse_command() {
    Command command;
    tokens_.skip_space();
    command.offset = tokens_.peek().offset;
    while (true) {
        command.operands.push_back(parse_operand());
        if (!tokens_.at(Token::Kind::space)) break;
        tokens_.skip_space();
        const auto kind = tokens_.peek().kind;
        if (kind == Token::Kind::pipe || kind == Token::Kind::close || kind == Token::Kind::right) break;
    }
    return command;
}

Operand PipelineParser::parse_operand() {
    const bool begins_with_field = tokens_.at(Token::Kind::field);
    auto operand = parse_term();
    const bool takes_fields = begins_with_field || operand.kind == Operand::Kind::pipeline ||
                              operand.kind == Operand::Kind::function || operand.kind == Operand::Kind::variable;
    if (tokens_.at(Token::Kind::field) && !takes_fields)
        throw TextError{tokens_.peek().offset, "a field cannot follow here"};
    while (tokens_.at(Token::Kind::field)) {
        const auto& token = tokens_.next();
        operand.fields.push_back({std::string{token.text.substr(1)}, token.offset});
    }
    return operand;
}

Operand PipelineParser::parse_term() {
    const auto& token = tokens_.peek();
    Operand operand;
    operand.offset = token.offset;
    switch (token.kind) {
        case Token::Kind::dot: break;
        case Token::Kind::field: return operand;  // its fields follow
        case Token::Kind::identifier:
            operand.kind = Operand::Kind::function;
            operand.text = token.text;
            break;
        case Token::Kind::variable:
            operand.kind = Operand::Kind::variable;
            operand.text = token.text;
            break;
        case Token::Kind::keyword:
            if (token.text != "nil") TokenReader::fail_unexpected(token, "a value");
            operand.kind = Operand::Kind::nil;
            break;
        case Token::Kind::left:
            tokens_.enter(token.offset);
            tokens_.next();
            operand.kind = Operand::Kind::pipeline;
            operand.pipeline = parse_pipeline(Token::Kind::right, "the parentheses");
            tokens_.leave();
            return operand;
        default: operand = parse_constant(token); break;
    }
    tokens_.next();
    return operand;
}

Operand PipelineParser::parse_constant(const Token& token) {
    Operand operand;
    operand.offset = token.offset;
    operand.kind = Operand::Kind::constant;
    switch (token.kind) {
        case Token::Kind::boolean: operand.constant = Value::of(token.text == "true"); break;
        case Token::Kind::number:
        case Token::Kind::character: operand.constant = parse_number(token); break;
        case Token::Kind::string:
        case Token::Kind::raw_string:
            operand.constant.kind = Kind::string;
            operand.text = unquote(token);
            break;
        default: TokenReader::fail_unexpected(token, "a value");
    }
    return operand;
}

}  // namespace tocsin::core::gotemplate
