#include "user_properties.hpp"

#include <simdjson.h>

namespace mqtt {
namespace {

constexpr std::size_t longest = 65535;

std::string fault_in(std::string_view text, const char* what) {
    if (text.find('\0') != std::string_view::npos)
        return std::string{what} + " of a user property contains a NUL character";
    if (text.size() > longest) return std::string{what} + " of a user property is longer than 65,535 bytes";
    return {};
}

}  // namespace

std::string read_user_properties(std::string_view json, UserProperties& to) {
    to.clear();
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(simdjson::padded_string{json}).get(object) != simdjson::SUCCESS)
        return "the user properties are no JSON object";
    for (const auto& field : object) {
        std::string_view value;
        if (field.value.get(value) != simdjson::SUCCESS) return "a user property is no string";
        auto fault = fault_in(field.key, "the name");
        if (fault.empty()) fault = fault_in(value, "the value");
        if (!fault.empty()) return fault;
        to.emplace_back(field.key, value);
    }
    return {};
}

}  // namespace mqtt
