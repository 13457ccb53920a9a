#pragma once

#include "route/gotemplate/member.hpp"
#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core::gotemplate {

struct Function;

/// Something that has a value, names resolved and arguments checked.
struct Expression {
    enum class Op {
        constant,  ///< `constant`, or `text` when it is a string
        event,     ///< `.`
        member,    ///< `.ID`
        lookup,    ///< the entry `text` of argument 0: a tag, a field, or `member` of the event
        call,      ///< `function` of all arguments
        all,       ///< and: the first argument that is not true, else the last; the rest is not evaluated
        any,       ///< or: the first argument that is true, else the last; the rest is not evaluated
    };

    Op op = Op::constant;
    std::size_t offset = 0;  ///< bytes from the start of the template
    Value constant;
    std::string text;
    std::optional<Member> member;
    const Function* function = nullptr;
    std::vector<Expression> arguments;
    bool piped = false;  ///< the last argument came through `|`: it is evaluated first, and always

    Kinds kinds;    ///< what the value may be
    int depth = 1;  ///< of nested arguments
};

struct Arm;

/// One thing a rendering does.
struct Step {
    enum class Kind { text, print, choice };

    Kind kind = Kind::text;
    std::size_t offset = 0;
    std::string text;
    Expression expression;  ///< of print
    bool levels = false;    ///< print: `/` separates topic levels
    std::vector<Arm> arms;  ///< of a choice: the first whose condition holds
    std::vector<Step> otherwise;
};

struct Arm {
    Expression condition;
    std::vector<Step> body;
};

using Steps = std::vector<Step>;

}  // namespace tocsin::core::gotemplate
