#include "route/expression/advice.hpp"

#include "base/mistakes.hpp"
#include "base/text.hpp"
#include "route/unicode.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tocsin::core::expression {
namespace {

std::string shown(const Token& token) {
    constexpr std::size_t longest = 40;
    if (token.kind == TokenKind::end) return "the end";
    if (token.text.size() > longest) return escaped(token.text.substr(0, longest)) + "...";
    return escaped(token.text);
}

std::string article(Type type) { return std::string{name_of(type)}; }

std::string upper(std::string_view word) {
    std::string out{word};
    for (char& byte : out) byte = static_cast<char>(upper_case(static_cast<unsigned char>(byte)));
    return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& valid) {
    std::string_view meant = nearest(word, valid);
    for (const std::string& name : valid) {
        if (upper(name) == upper(word)) meant = name;
    }
    return meant.empty() ? "" : " (did you mean \"" + std::string{meant} + "\"?)";
}

std::vector<std::string> known_functions() {
    std::vector<std::string> names = function_names();
    names.emplace_back(is_present_name);
    names.emplace_back(if_name);
    return names;
}

std::string listed(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) text += i + 1 == items.size() ? " or " : ", ";
        text += items[i];
    }
    return text;
}

std::size_t fitting_arguments(const Function& function, std::span<const Operand> arguments) {
    std::size_t count = 0;
    while (count < arguments.size() && arguments[count].type == function.arguments[count]) ++count;
    return count;
}

TextError wrong_count(const Token& name, std::span<const Function* const> candidates, std::size_t given) {
    std::vector<std::string> counts;
    for (const Function* candidate : candidates) {
        std::string count = candidate->count == 0 ? "no" : std::to_string(candidate->count);
        if (std::find(counts.begin(), counts.end(), count) == counts.end()) counts.push_back(std::move(count));
    }
    return TextError{name.offset, shown(name) + " takes " + listed(counts) +
                                      (counts.back() == "1" ? " argument" : " arguments") + ", not " +
                                      std::to_string(given)};
}

}  // namespace

TextError not_an_operator(const Token& token, bool enclosed) {
    std::string text = "expected an operator";
    text += enclosed ? " or )" : " or the end";
    text += ", not " + shown(token);
    if (token.kind == TokenKind::identifier) text += did_you_mean(token.text, {"AND", "OR"});
    return TextError{token.offset, text};
}

TextError not_an_operand(const Token& token) {
    return TextError{token.offset, "expected a value, not " + shown(token)};
}

TextError not_a_condition(const Operand& whole) {
    return TextError{whole.offset, "a match is true or false, but this is " + article(whole.type)};
}

TextError not_logical(Operator op, const Operand& operand) {
    return TextError{operand.offset,
                     std::string{symbol(op)} + " wants a boolean on each side, but this is " + article(operand.type)};
}

TextError no_rule(const Operand& left, Operator op, std::size_t op_offset, const Operand& right) {
    std::string text{symbol(op)};
    if (op == Operator::matches || op == Operator::matches_not) {
        if (left.type != Type::string)
            return TextError{left.offset, text + " wants a string on its left, but this is " + article(left.type)};
        return TextError{right.offset, text + " wants a regular expression such as /^db/ on its right, but this is " +
                                           article(right.type)};
    }
    const auto one_is = [&](Type type) { return left.type == type || right.type == type; };
    text += is_comparison(op) ? " cannot compare " : " cannot combine ";
    text += article(left.type) + (is_comparison(op) ? " with " : " and ") + article(right.type);
    if (is_comparison(op) && one_is(Type::level)) {
        text += "; levels are OK, INFO, WARNING and CRITICAL, without quotes";
    } else if (one_is(Type::integer) && one_is(Type::real)) {
        text += "; write both as floats, such as 2.0";
    }
    return TextError{op_offset, text};
}

TextError no_rule(Operator op, std::size_t op_offset, const Operand& operand) {
    const std::string_view wanted =
        op == Operator::logical_not ? "a boolean; use parentheses, as in !(a == b)" : "a number or a duration";
    return TextError{op_offset, std::string{symbol(op)} + " is followed by " + article(operand.type) + " but wants " +
                                    std::string{wanted}};
}

TextError unknown_name(const Token& name) {
    const std::string shown_name = shown(name);
    const std::vector<std::string> functions = known_functions();
    if (std::find(functions.begin(), functions.end(), name.text) != functions.end())
        return TextError{name.offset, shown_name + " is a function: write " + shown_name + "()"};
    const std::string meant = did_you_mean(name.text, {"OK", "INFO", "WARNING", "CRITICAL", "TRUE", "FALSE"});
    return TextError{name.offset,
                     "unknown name \"" + shown_name + "\"" +
                         (meant.empty() ? "; tags are written in double quotes, texts in single ones" : meant)};
}

TextError unknown_function(const Token& name) {
    return TextError{name.offset,
                     "unknown function \"" + shown(name) + "\"" + did_you_mean(name.text, known_functions())};
}

TextError wrong_arguments(const Token& name, std::span<const Function* const> candidates,
                          std::span<const Operand> arguments) {
    // As many arguments from the left as possible have to be right.
    std::size_t right = 0;
    bool same_count = false;
    for (const Function* candidate : candidates) {
        if (candidate->count != arguments.size()) continue;
        same_count = true;
        right = std::max(right, fitting_arguments(*candidate, arguments));
    }
    if (!same_count) return wrong_count(name, candidates, arguments.size());
    std::vector<std::string> wanted;
    for (const Function* candidate : candidates) {
        if (candidate->count != arguments.size() || fitting_arguments(*candidate, arguments) != right) continue;
        std::string type = article(candidate->arguments[right]);
        if (std::find(wanted.begin(), wanted.end(), type) == wanted.end()) wanted.push_back(std::move(type));
    }
    const Operand& argument = arguments[right];
    std::string text = "argument " + std::to_string(right + 1) + " of " + shown(name) + " is " +
                       article(argument.type) + " but has to be " + listed(wanted);
    const auto wants = [&](Type type) {
        return std::find(wanted.begin(), wanted.end(), name_of(type)) != wanted.end();
    };
    if (argument.type == Type::integer && wants(Type::real)) {
        text += argument.constant ? "; write it with a point, as in 2.0" : "; write float(...)";
    } else if (argument.type == Type::string && wants(Type::real)) {
        text += "; write float(...)";
    } else if (argument.type == Type::duration && !wants(Type::duration)) {
        text += "; divide it, as in 5m / 1s";
    } else if (argument.type == Type::level && wants(Type::integer)) {
        text += "; write int(...)";
    }
    return TextError{argument.offset, text};
}

TextError wrong_if(const Token& name) {
    return TextError{name.offset, "if takes 3 arguments: if(level() == CRITICAL, 'page', 'mail')"};
}

TextError wrong_condition(const Token& name, const Operand& condition) {
    return TextError{condition.offset,
                     "argument 1 of " + shown(name) + " is " + article(condition.type) + " but has to be a boolean"};
}

TextError different_branches(const Operand& left, const Operand& right) {
    return TextError{right.offset, "both results of if have to be of one type, but these are " + article(left.type) +
                                       " and " + article(right.type)};
}

}  // namespace tocsin::core::expression
