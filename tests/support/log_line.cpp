#include "log_line.hpp"

#include <simdjson.h>

#include <stdexcept>

namespace tocsin::testing {
namespace {

/// Keeps the parser that owns what `element` points at.
struct Parsed {
    explicit Parsed(std::string_view line) : text{line} {
        if (parser.parse(text).get(element) != simdjson::SUCCESS || !element.is_object())
            throw std::runtime_error{"not one JSON object: " + std::string{line}};
    }

    std::optional<std::string> value(std::string_view key) const {
        simdjson::dom::element found;
        if (element.at_key(key).get(found) != simdjson::SUCCESS) return std::nullopt;
        std::string_view string;
        if (found.get(string) == simdjson::SUCCESS) return std::string{string};
        return simdjson::minify(found);
    }

    std::string must(std::string_view key) const {
        auto found = value(key);
        if (!found) throw std::runtime_error{"no \"" + std::string{key} + "\" in " + std::string{text}};
        return std::move(*found);
    }

    simdjson::padded_string text;
    simdjson::dom::parser parser;
    simdjson::dom::element element;
};

}  // namespace

std::optional<std::string> json_value(std::string_view line, std::string_view key) { return Parsed{line}.value(key); }

LogLine::LogLine(std::string_view line) : raw{line} {
    const Parsed parsed{line};
    parsed.must("time");
    level = parsed.must("level");
    msg = parsed.must("msg");
}

}  // namespace tocsin::testing
