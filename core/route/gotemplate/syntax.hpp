#pragma once

#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace tocsin::core::gotemplate::syntax {

/// A template as it was written: what stands where, before names and types are looked at. Offsets are bytes from the
/// start of the template.

struct Name {
    std::string name;  ///< a field's without its dot, a variable's with its dollar
    std::size_t offset;
};

struct Command;

/// Commands joined by `|`, and the variables their value goes to.
struct Pipeline {
    std::size_t offset = 0;
    std::vector<Name> variables;  ///< one, or two in range
    bool assigns = false;         ///< `=`; else `:=`
    std::vector<Command> commands;
};

/// One word of a command, with the fields that follow it: `.Tags.host` is `dot` with two fields, `(f x).y` a pipeline
/// with one.
struct Operand {
    enum class Kind { dot, variable, function, constant, nil, pipeline };

    Kind kind = Kind::dot;
    std::size_t offset = 0;
    std::string text;   ///< a function's or variable's name; a constant string
    Value constant;     ///< its `text` is empty: a string's is the one above
    Pipeline pipeline;  ///< in parentheses
    std::vector<Name> fields;
};

/// A function or method with its arguments, or a single operand.
struct Command {
    std::size_t offset = 0;
    std::vector<Operand> operands;  ///< at least one
};

struct Branch;

struct Node {
    enum class Kind { text, action, choice, range, invocation, leave, proceed };

    Kind kind = Kind::text;
    std::size_t offset = 0;
    std::string text;              ///< of a text; of an invocation: the template's name
    Pipeline pipeline;             ///< of an action or a range; of an invocation, without commands if there is none
    bool sets_dot = false;         ///< of a choice: with instead of if
    std::vector<Branch> branches;  ///< of a choice: if, else if ...
    std::vector<Node> body;        ///< of a range
    std::vector<Node> otherwise;   ///< of a choice or a range: else
};

struct Branch {
    Pipeline condition;
    std::vector<Node> body;
};

using List = std::vector<Node>;

/// The template itself, or what stands between `define` or `block` and its end.
struct Definition {
    std::string name;
    std::size_t offset = 0;
    List body;
    std::set<std::string, std::less<>> assigned;  ///< variables that `=` stands after, somewhere in it
};

struct Source {
    Definition main;
    std::vector<Definition> definitions;  ///< names differ
};

}  // namespace tocsin::core::gotemplate::syntax
