#pragma once

#include "route/gotemplate/member.hpp"
#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core::gotemplate {

struct Function;
struct Method;
class TimeLayout;

/// Something that has a value, names resolved and arguments checked.
struct Expression {
    enum class Op {
        constant,  ///< `constant`, or `text` when it is a string
        dot,       ///< `.`
        variable,  ///< what `slot` holds
        store,     ///< argument 0, which `slot` then holds
        member,    ///< `.ID` of the event
        tag,       ///< the tag `text`; `or_empty` when there is none, else missing
        field,     ///< the field `text`
        lookup,    ///< `text` of argument 0, which may be of several kinds; the other arguments are a method's
        method,    ///< `method` of argument 0, with the other argument
        call,      ///< `function` of all arguments
        all,       ///< and: the first argument that is not true, else the last; the rest is not evaluated
        any,       ///< or: the first argument that is true, else the last; the rest is not evaluated
    };

    Op op = Op::constant;
    std::size_t offset = 0;  ///< bytes from the start of the template
    Value constant;
    std::string text;
    std::size_t slot = 0;
    std::optional<Member> member;
    const Method* method = nullptr;
    std::vector<const Method*> methods;        ///< of a lookup: all that it may mean
    std::shared_ptr<const TimeLayout> layout;  ///< of a method Format whose argument is constant
    const Function* function = nullptr;
    std::vector<Expression> arguments;
    bool piped = false;  ///< the last argument came through `|`: it is evaluated first, and always
    bool or_empty = false;

    Kinds kinds;    ///< what the value may be
    int depth = 1;  ///< of nested arguments
};

struct Arm;

/// One thing a rendering does.
struct Step {
    enum class Kind {
        text,
        print,
        evaluate,    ///< and write nothing: a variable is set
        choice,      ///< if, with
        range,       ///< over `expression`
        invocation,  ///< of the body `target`, with `expression` as its dot
        leave,       ///< break
        proceed,     ///< continue
    };

    Kind kind = Kind::text;
    std::size_t offset = 0;
    std::string text;
    Expression expression;
    bool levels = false;                    ///< print: `/` separates topic levels
    bool sets_dot = false;                  ///< choice: the condition is the dot of its arm
    std::vector<Arm> arms;                  ///< choice: the first whose condition holds
    std::optional<std::size_t> key_slot;    ///< range
    std::optional<std::size_t> value_slot;  ///< range
    std::vector<Step> body;                 ///< range
    std::vector<Step> otherwise;            ///< choice, range
    std::size_t target = 0;
};

struct Arm {
    Expression condition;
    std::vector<Step> body;
};

using Steps = std::vector<Step>;

/// The template, or one that is defined in it, for one kind of dot.
struct Body {
    std::string name;
    Steps steps;
    std::size_t slots = 1;  ///< of variables; the first one is `$`
};

/// The first one is the template itself.
using Bodies = std::vector<Body>;

}  // namespace tocsin::core::gotemplate
