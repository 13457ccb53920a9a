#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core::gotemplate {

struct Token {
    enum class Kind {
        text,        ///< outside actions, already trimmed; never empty
        open,        ///< `{{`, with its trim marker
        close,       ///< `}}`, with its trim marker
        space,       ///< white space between operands: it separates them
        identifier,  ///< a function
        keyword,     ///< if, else, end, nil and Go's others
        field,       ///< `.Name`
        dot,
        variable,  ///< `$` or `$name`
        boolean,
        number,
        character,
        string,
        raw_string,
        left,
        right,
        pipe,
        symbol,  ///< any other ASCII character, `:=` included
        end,     ///< of the template
        error,   ///< the last token; `message` says what is wrong
    };

    Kind kind;
    std::size_t offset;     ///< bytes from the start of the template
    std::string_view text;  ///< as it stands in the template, quotes and dots included
    std::string message = {};
};

/// Splits a template, which must be UTF-8, into tokens; comments and trimmed space are left out. The last token is
/// `end` or `error`. The tokens point into `text`.
std::vector<Token> lex(std::string_view text);

}  // namespace tocsin::core::gotemplate
