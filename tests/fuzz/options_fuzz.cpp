#include "config/environment_value.hpp"
#include "config/option_text.hpp"
#include "config/option_value.hpp"
#include "config/schema.hpp"
#include "fuzz/support.hpp"

#include <memory>

namespace {

using namespace tocsin::core;
using tocsin::fuzz::require;

/// What was accepted is within what the option declares.
void check_value(const OptionSpec& spec, const OptionValue& value) {
    if (!value.is_set) return;
    if (spec.ranged)
        require(value.integer >= spec.minimum && value.integer <= spec.maximum, "a value is within its range");
    if (spec.type == tocsin::OptionType::path) require(value.text.starts_with('/'), "a path is absolute");
    if (spec.type != tocsin::OptionType::choice) return;
    bool known = false;
    for (const auto& choice : spec.choices) known = known || value.text == choice;
    require(known, "a choice is one of those declared");
}

void check_duration(const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) return;
    require(*duration >= 0, "a duration has no sign");
    require(parse_duration(duration_text(*duration)) == duration, "a duration that is written reads as itself");
}

}  // namespace

/// The text of an option, as a variable of the environment gives it: the first byte chooses the option.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto& specs = tocsin::fuzz::section_options();
    const auto& spec = specs[data[0] % specs.size()];
    const std::string text{tocsin::fuzz::text_of(data + 1, size - 1)};
    const Location where{std::make_shared<const std::string>("VARIABLE")};

    Mistakes mistakes;
    if (const auto node = value_from_environment(spec, text, where, mistakes))
        check_value(spec, read_option(spec, spec.name, *node, "/directory", mistakes));
    Node items;
    items.kind = Node::Kind::list;
    items.where = where;
    set_item(items, data[0] % 3, text, where, mistakes);
    check_duration(text);
    in_quotes(text);
    return 0;
}
