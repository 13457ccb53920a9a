#include "route/gotemplate/parser.hpp"

#include "base/text_error.hpp"
#include "route/gotemplate/literal.hpp"
#include "route/gotemplate/pipeline_parser.hpp"
#include "route/gotemplate/token_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tocsin::core::gotemplate {
namespace {

using syntax::Branch;
using syntax::Definition;
using syntax::List;
using syntax::Node;
using syntax::Pipeline;
using syntax::Source;

std::string quoted(std::string_view text) { return "\"" + std::string{text} + "\""; }

/// Nothing but white space: such a definition gives way to another one of its name.
bool is_blank(const List& list) {
    return std::all_of(list.begin(), list.end(), [](const Node& node) {
        return node.kind == Node::Kind::text && node.text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
    });
}

class Parser {
  public:
    explicit Parser(std::string_view text) : tokens_{text}, pipelines_{tokens_} {}

    Source run() {
        source_.main.body = parse_list(true);
        if (!tokens_.at(Token::Kind::end))
            throw TextError{keyword_.offset,
                            quoted(keyword_.text) + " without an if, with, range, define or block before it"};
        return std::move(source_);
    }

  private:
    /// Texts and actions up to the end or to `else` or `end`, which is left in keyword_ and already read.
    List parse_list(bool is_top = false) {
        List list;
        while (true) {
            const auto& token = tokens_.next();
            if (token.kind == Token::Kind::end) return list;
            Node node;
            node.offset = token.offset;
            if (token.kind == Token::Kind::text) {
                node.text = token.text;
                list.push_back(std::move(node));
                continue;
            }
            tokens_.skip_space();
            if (!tokens_.at(Token::Kind::keyword) || tokens_.peek().text == "nil") {
                node.kind = Node::Kind::action;
                node.pipeline = parse_pipeline("an action");
            } else {
                keyword_ = tokens_.next();
                if (keyword_.text == "else" || keyword_.text == "end") return list;
                if (keyword_.text == "define") {
                    if (!is_top) throw TextError{keyword_.offset, "a define cannot stand inside something else"};
                    parse_definition(node.offset);
                    continue;
                }
                parse_keyword(node);
            }
            list.push_back(std::move(node));
        }
    }

    void parse_keyword(Node& node) {
        const auto word = keyword_.text;
        if (word == "if" || word == "with") return parse_choice(node);
        if (word == "range") return parse_range(node);
        if (word == "template") return parse_invocation(node);
        if (word == "block") return parse_block(node);
        if (word != "break" && word != "continue") TokenReader::fail_unexpected(keyword_, "a value or an action");
        if (loops_ == 0) throw TextError{keyword_.offset, quoted(word) + " outside of a range"};
        node.kind = word == "break" ? Node::Kind::leave : Node::Kind::proceed;
        tokens_.expect_close(word);
    }

    Pipeline parse_pipeline(std::string_view place) { return pipelines_.parse(place, definition_->assigned); }

    void parse_choice(Node& node) {
        const auto word = keyword_.text;
        node.kind = Node::Kind::choice;
        node.sets_dot = word == "with";
        tokens_.enter(node.offset);
        add_branch(node, word);
        while (keyword_.text == "else") {
            tokens_.skip_space();
            if (tokens_.at(Token::Kind::keyword, word)) {
                tokens_.next();
                add_branch(node, word);
                continue;
            }
            tokens_.expect_close("else");
            parse_else(node, word);
        }
        tokens_.expect_close("end");
        tokens_.leave();
    }

    void add_branch(Node& node, std::string_view word) {
        Branch branch;
        branch.condition = parse_pipeline(word);
        branch.body = parse_body(node.offset, word);
        node.branches.push_back(std::move(branch));
    }

    void parse_range(Node& node) {
        node.kind = Node::Kind::range;
        tokens_.enter(node.offset);
        node.pipeline = parse_pipeline("range");
        ++loops_;
        node.body = parse_body(node.offset, "range");
        --loops_;
        if (keyword_.text == "else") {
            tokens_.expect_close("else");
            parse_else(node, "range");
        }
        tokens_.expect_close("end");
        tokens_.leave();
    }

    void parse_else(Node& node, std::string_view word) {
        node.otherwise = parse_body(node.offset, word);
        if (keyword_.text != "end") throw TextError{keyword_.offset, "a second else; one is all there can be"};
    }

    List parse_body(std::size_t offset, std::string_view word) {
        auto list = parse_list();
        if (tokens_.at(Token::Kind::end)) throw TextError{offset, "this " + std::string{word} + " has no {{ end }}"};
        return list;
    }

    std::string parse_name(std::string_view word) {
        tokens_.skip_space();
        const auto& token = tokens_.peek();
        if (token.kind != Token::Kind::string && token.kind != Token::Kind::raw_string)
            TokenReader::fail_unexpected(token, "a name in quotes after " + std::string{word});
        auto name = unquote(token);
        tokens_.next();
        return name;
    }

    void parse_invocation(Node& node) {
        node.kind = Node::Kind::invocation;
        node.text = parse_name("template");
        tokens_.skip_space();
        if (tokens_.at(Token::Kind::close))
            tokens_.next();
        else
            node.pipeline = parse_pipeline("template");
    }

    void parse_definition(std::size_t offset) {
        Definition definition;
        definition.offset = offset;
        definition.name = parse_name("define");
        tokens_.expect_close("the name");
        parse_definition_body(std::move(definition), "define");
    }

    void parse_block(Node& node) {
        parse_invocation(node);
        if (node.pipeline.commands.empty()) throw TextError{node.offset, "a value is missing in block"};
        Definition definition;
        definition.offset = node.offset;
        definition.name = node.text;
        parse_definition_body(std::move(definition), "block");
    }

    void parse_definition_body(Definition definition, std::string_view word) {
        auto* const outer = std::exchange(definition_, &definition);
        const auto loops = std::exchange(loops_, 0);
        tokens_.enter(definition.offset);
        definition.body = parse_body(definition.offset, word);
        if (keyword_.text != "end") throw TextError{keyword_.offset, "an else in a " + std::string{word}};
        tokens_.expect_close("end");
        tokens_.leave();
        definition_ = outer;
        loops_ = loops;
        add(std::move(definition));
    }

    void add(Definition definition) {
        auto& all = source_.definitions;
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == definition.name; });
        if (found == all.end()) {
            if (all.size() == most_definitions)
                throw TextError{definition.offset,
                                "more than " + std::to_string(most_definitions) + " templates are defined"};
            all.push_back(std::move(definition));
        } else if (is_blank(found->body)) {
            *found = std::move(definition);
        } else if (!is_blank(definition.body)) {
            throw TextError{definition.offset, "the template \"" + definition.name + "\" is defined twice"};
        }
    }

    TokenReader tokens_;
    PipelineParser pipelines_;
    Source source_;
    Definition* definition_ = &source_.main;
    Token keyword_{Token::Kind::end, 0, {}};  ///< the last one read
    int loops_ = 0;                           ///< ranges around, in this definition
};

}  // namespace

Source parse(std::string_view text) { return Parser{text}.run(); }

}  // namespace tocsin::core::gotemplate
