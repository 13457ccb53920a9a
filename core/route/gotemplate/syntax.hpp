#pragma once

#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tocsin::core::gotemplate::syntax {

/// A template as it was written: what stands where, before names and types are looked at. Offsets are bytes from the
/// start of the template.

struct Name {
    std::string name;  ///< without the dot
    std::size_t offset;
};

struct Command;

/// Commands joined by `|`.
struct Pipeline {
    std::size_t offset = 0;
    std::vector<Command> commands;
};

/// One word of a command, with the fields that follow it: `.Tags.host` is `dot` with two fields, `(f x).y` a pipeline
/// with one.
struct Operand {
    enum class Kind { dot, function, constant, nil, pipeline };

    Kind kind = Kind::dot;
    std::size_t offset = 0;
    std::string text;   ///< a function's name; a constant string
    Value constant;     ///< its `text` is empty: a string's is the one above
    Pipeline pipeline;  ///< in parentheses
    std::vector<Name> fields;
};

/// A function with its arguments, or a single operand.
struct Command {
    std::size_t offset = 0;
    std::vector<Operand> operands;  ///< at least one
};

struct Branch;

struct Node {
    enum class Kind { text, action, choice };

    Kind kind = Kind::text;
    std::size_t offset = 0;
    std::string text;
    Pipeline pipeline;             ///< of an action
    std::vector<Branch> branches;  ///< of a choice: if, else if ...
    std::vector<Node> otherwise;   ///< of a choice: else
};

struct Branch {
    Pipeline condition;
    std::vector<Node> body;
};

using List = std::vector<Node>;

}  // namespace tocsin::core::gotemplate::syntax
