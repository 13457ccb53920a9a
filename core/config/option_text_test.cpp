#include "config/option_text.hpp"

#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace tocsin::core {
namespace {

struct Case {
    OptionType type;
    const char* default_value;  ///< nullptr: none
    const char* text;
    const char* toml;
    const char* yaml;
};

OptionSpec spec_for(const Case& one) {
    OptionSpec spec;
    spec.name = "o";
    spec.type = one.type;
    if (one.default_value != nullptr) spec.default_value = one.default_value;
    if (one.type == OptionType::choice) spec.choices = {"at once", "5"};
    return spec;
}

/// The value that a sample's text is read as.
OptionValue reread(const OptionSpec& spec, SampleFormat format) {
    Mistakes mistakes;
    const bool toml = format == SampleFormat::toml;
    const auto text = spec.name + (toml ? " = " : ": ") + sample_value(spec, format) + "\n";
    const SourceText source{text, "file"};
    const auto root = toml ? read_toml(source, mistakes) : read_yaml(source, mistakes);
    auto values = check_options(root, {spec}, "", "/", mistakes);
    INFO(text);
    CHECK(test::told(mistakes) == std::vector<std::string>{});
    return std::move(values.at(0));
}

}  // namespace

TEST_CASE("what a sample says of an option, and the value it shows") {
    const Case cases[] = {
        {OptionType::string, nullptr, "string, optional", "\"\"", "\"\""},
        {OptionType::string, "a\"\\\n\x7f", "string, default \"a\\\"\\\\\\n\\u007f\"", "\"a\\\"\\\\\\n\\u007f\"",
         "\"a\\\"\\\\\\n\\u007f\""},
        {OptionType::integer, nullptr, "whole number, optional", "0", "0"},
        {OptionType::integer, "-5", "whole number, default -5", "-5", "-5"},
        {OptionType::integer, "0600", "whole number, default 0600", "0o600", "0600"},
        {OptionType::integer, "0x1F", "whole number, default 31", "31", "31"},
        {OptionType::real, nullptr, "number, optional", "0.0", "0.0"},
        {OptionType::real, "2.5", "number, default 2.5", "2.5", "2.5"},
        {OptionType::real, ".5", "number, default 0.5", "0.5", "0.5"},
        {OptionType::real, "0", "number, default 0.0", "0.0", "0.0"},
        {OptionType::real, "-1.", "number, default -1.0", "-1.0", "-1.0"},
        {OptionType::real, "1e-7", "number, default 1e-07", "1e-07", "1e-07"},
        {OptionType::boolean, nullptr, "true or false, optional", "false", "false"},
        {OptionType::boolean, "yes", "true or false, default true", "true", "true"},
        {OptionType::duration, nullptr, "duration, optional", "\"1s\"", "\"1s\""},
        {OptionType::duration, "90s", "duration, default \"90s\"", "\"90s\"", "\"90s\""},
        {OptionType::path, nullptr, "path, optional", "\"\"", "\"\""},
        {OptionType::path, "a b", "path, default \"a b\"", "\"a b\"", "\"a b\""},
        {OptionType::list, nullptr, "list of strings, optional", "[]", "[]"},
        {OptionType::list, "", "list of strings, default []", "[]", "[]"},
        {OptionType::list, "a", "list of strings, default [\"a\"]", "[\"a\"]", "[\"a\"]"},
        {OptionType::list, "[\"a\", 'b']", "list of strings, default [\"a\", \"b\"]", "[\"a\", \"b\"]",
         "[\"a\", \"b\"]"},
        {OptionType::choice, nullptr, "one of at once, 5, optional", "\"at once\"", "\"at once\""},
        {OptionType::choice, "5", "one of at once, 5, default \"5\"", "5", "5"},
        {OptionType::rendered, "{{ .Message }}", "template, default \"{{ .Message }}\"", "\"{{ .Message }}\"",
         "\"{{ .Message }}\""},
    };
    for (const auto& one : cases) {
        const auto spec = spec_for(one);
        CAPTURE(one.text);
        CHECK(option_text(spec) == one.text);
        CHECK(sample_value(spec, SampleFormat::toml) == one.toml);
        CHECK(sample_value(spec, SampleFormat::yaml) == one.yaml);
        const auto from_toml = reread(spec, SampleFormat::toml);
        const auto from_yaml = reread(spec, SampleFormat::yaml);
        CHECK(from_toml.text == from_yaml.text);
        CHECK(from_toml.integer == from_yaml.integer);
        CHECK(from_toml.real == from_yaml.real);
        CHECK(from_toml.items == from_yaml.items);
    }
}

TEST_CASE("an option without a default is shown with a value that it takes") {
    OptionSpec spec;
    spec.name = "o";
    spec.required = true;
    spec.ranged = true;
    const auto value = [&](OptionType type, std::int64_t minimum, std::int64_t maximum) {
        spec.type = type;
        spec.minimum = minimum;
        spec.maximum = maximum;
        reread(spec, SampleFormat::toml);
        return sample_value(spec, SampleFormat::yaml) + " " + option_text(spec);
    };
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    CHECK(value(OptionType::integer, 3, 9) == "3 whole number from 3 to 9, required");
    CHECK(value(OptionType::integer, 3, highest) == "3 whole number of at least 3, required");
    CHECK(value(OptionType::integer, lowest, -3) == "-3 whole number of at most -3, required");
    CHECK(value(OptionType::integer, lowest, highest) == "0 whole number, required");
    CHECK(value(OptionType::real, 2, 3) == "2.0 number from 2 to 3, required");
    CHECK(value(OptionType::duration, 2'000'000'000, 90'000'000'000) == "\"2s\" duration from 2s to 1m30s, required");
}

TEST_CASE("a secret's default is not shown") {
    OptionSpec spec;
    spec.name = "o";
    spec.secret = true;
    spec.default_value = "canary";
    spec.references = References::resolved;
    CHECK(option_text(spec) == "string, secret: better { file = \"...\" } or { env = \"...\" }, optional");
    CHECK(sample_value(spec, SampleFormat::toml) == "\"\"");
    spec.type = OptionType::list;
    CHECK(sample_value(spec, SampleFormat::yaml) == "[]");
}

}  // namespace tocsin::core
