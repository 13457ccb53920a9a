#include "config/schema.hpp"

#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

namespace tocsin::core {
namespace {

using test::read;
using Told = std::vector<std::string>;

OptionSpec option(std::string name, OptionType type) {
    OptionSpec spec;
    spec.name = std::move(name);
    spec.type = type;
    spec.help = "help";
    return spec;
}

OptionSpec ranged(OptionSpec spec, std::int64_t minimum, std::int64_t maximum) {
    spec.ranged = true;
    spec.minimum = minimum;
    spec.maximum = maximum;
    return spec;
}

OptionSpec with_default(OptionSpec spec, std::string text) {
    spec.default_value = std::move(text);
    return spec;
}

OptionSpec choice(std::vector<std::string> choices) {
    auto spec = option("x", OptionType::choice);
    spec.choices = std::move(choices);
    return spec;
}

struct Checked {
    test::Reading file;
    std::vector<OptionValue> values;
    Told mistakes;
};

Checked check(test::Reading file, const std::vector<OptionSpec>& specs, const std::string& prefix = "",
              const std::vector<std::string>& also_known = {}) {
    REQUIRE(file.mistakes == Told{});
    Checked checked{std::move(file), {}, {}};
    Mistakes mistakes;
    checked.values = check_options(checked.file.root, specs, prefix, "/conf/dir", mistakes, also_known);
    REQUIRE(checked.values.size() == specs.size());
    checked.mistakes = test::told(mistakes);
    return checked;
}

Checked check_toml(std::string text, const OptionSpec& spec) { return check(read(read_toml, std::move(text)), {spec}); }
Checked check_yaml(std::string text, const OptionSpec& spec) { return check(read(read_yaml, std::move(text)), {spec}); }

/// Accepted, and its value.
OptionValue good(const Checked& checked) {
    CHECK(checked.mistakes == Told{});
    CHECK(checked.values[0].is_set);
    return checked.values[0];
}

/// The one mistake's text.
std::string bad(const Checked& checked) {
    REQUIRE(checked.mistakes.size() == 1);
    CHECK_FALSE(checked.values[0].is_set);
    const auto& told = checked.mistakes[0];
    return told.substr(told.find(": ") + 2);
}

TEST_CASE("unknown, missing and left out options") {
    auto url = option("url", OptionType::string);
    url.required = true;
    url.help = "address of the broker";
    const auto retained = option("retained", OptionType::boolean);
    const auto checked =
        check(read(read_yaml, "retaind: true\nown: 1\nzzz: 2\nur.l: 1\n"), {url, retained}, "options.", {"own"});
    CHECK(checked.mistakes == Told{"1:1 options.retaind: unknown option (did you mean \"retained\"?)",
                                   "3:1 options.zzz: unknown option (known: own, url, retained)",
                                   "4:1 options.ur.l: unknown option (did you mean \"url\"?)",
                                   "1:1 options.url: missing (required: address of the broker)"});
    CHECK_FALSE(checked.values[0].is_set);
    CHECK_FALSE(checked.values[1].is_set);
}

TEST_CASE("a null is an option left out") {
    auto required = option("x", OptionType::string);
    required.required = true;
    CHECK(bad(check_yaml("x:\n", required)) == "missing (required: help)");
    CHECK(good(check_yaml("x: ~\n", with_default(option("x", OptionType::string), "d"))).text == "d");
    CHECK_FALSE(check_yaml("x: null\n", option("x", OptionType::rendered)).values[0].is_set);
}

TEST_CASE("very long keys are shortened") {
    const auto checked = check(read(read_yaml, std::string(500, 'k') + ": 1\n"), {});
    CHECK(checked.mistakes == Told{"1:1 " + std::string(40, 'k') + "...: unknown option"});
}

TEST_CASE("strings") {
    const auto spec = option("x", OptionType::string);
    CHECK(good(check_toml("x = 'a b'", spec)).text == "a b");
    CHECK(good(check_toml("x = ''", spec)).text.empty());
    CHECK(good(check_yaml("x: 123", spec)).text == "123");
    CHECK(good(check_yaml("x: on", spec)).text == "on");
    CHECK(good(check_yaml("x: 1.50", spec)).text == "1.50");
    CHECK(good(check_toml("\n x = 'a'", spec)).where.line == 2);
    CHECK(bad(check_toml("x = 5", spec)) == "must be a string, not a whole number (put it in quotes)");
    CHECK(bad(check_toml("x = [5]", spec)) == "must be a string, not a list");
    CHECK(bad(check_yaml("x: {a: 1}", spec)) == "must be a string, not a table");
    CHECK(bad(check_toml("x = \"a\\u0000b\"", spec)) == "must not contain a NUL character");
}

TEST_CASE("whole numbers") {
    const auto plain = option("x", OptionType::integer);
    const auto port = ranged(plain, 1, 65535);
    CHECK(good(check_toml("x = 0x10", plain)).integer == 16);
    CHECK(good(check_yaml("x: -5", plain)).integer == -5);
    CHECK(good(check_toml("x = 1", port)).integer == 1);
    CHECK(good(check_toml("x = 65535", port)).integer == 65535);
    CHECK(bad(check_toml("x = 0", port)) == "must be a whole number from 1 to 65535, not \"0\"");
    CHECK(bad(check_toml("x = 65536", port)) == "must be a whole number from 1 to 65535, not \"65536\"");
    CHECK(bad(check_toml("x = 1.0", port)) == "must be a whole number from 1 to 65535, not a number");
    CHECK(bad(check_yaml("x: '5'", plain)) == "must be a whole number, not a string (leave out the quotes)");
    CHECK(bad(check_yaml("x: five", plain)) == "must be a whole number, not a string");
    CHECK(bad(check_yaml("x: 99999999999999999999", plain)) == "must be a whole number, not a number");
    const auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(bad(check_toml("x = 0", ranged(plain, 1, most))) == "must be a whole number of at least 1, not \"0\"");
}

TEST_CASE("numbers") {
    const auto plain = option("x", OptionType::real);
    CHECK(good(check_toml("x = 1.5", plain)).real == 1.5);
    CHECK(good(check_toml("x = 2", plain)).real == 2);
    CHECK(good(check_toml("x = 1.0", ranged(plain, 0, 1))).real == 1);
    CHECK(bad(check_toml("x = 1.1", ranged(plain, 0, 1))) == "must be a number from 0 to 1, not \"1.1\"");
    CHECK(bad(check_toml("x = nan", plain)) == "must be a number, not \"nan\"");
    CHECK(bad(check_toml("x = inf", plain)) == "must be a number, not \"inf\"");
    CHECK(bad(check_toml("x = true", plain)) == "must be a number, not a boolean");
}

TEST_CASE("booleans") {
    const auto spec = option("x", OptionType::boolean);
    CHECK(good(check_toml("x = true", spec)).integer == 1);
    CHECK(good(check_yaml("x: no", spec)).integer == 0);
    CHECK(good(check_yaml("x: Yes", spec)).integer == 1);
    CHECK(bad(check_toml("x = 'true'", spec)) == "must be true or false, not a string (leave out the quotes)");
    CHECK(bad(check_toml("x = 1", spec)) == "must be true or false, not a whole number");
}

TEST_CASE("durations") {
    const auto plain = option("x", OptionType::duration);
    const auto bounded = ranged(plain, 100'000'000, 60'000'000'000);
    CHECK(good(check_toml("x = '1m30s'", plain)).integer == 90'000'000'000);
    CHECK(good(check_yaml("x: 5s", bounded)).integer == 5'000'000'000);
    CHECK(good(check_yaml("x: 100ms", bounded)).integer == 100'000'000);
    CHECK(bad(check_yaml("x: 5", plain)) == "must be a duration, such as \"5s\": write a unit (ms, s, m, h, d)");
    CHECK(bad(check_toml("x = 0.5", plain)) == "must be a duration, such as \"5s\": write a unit (ms, s, m, h, d)");
    CHECK(bad(check_toml("x = '5'", plain)) == "must be a duration, such as \"5s\", not \"5\"");
    CHECK(bad(check_toml("x = true", plain)) == "must be a duration, such as \"5s\", not a boolean");
    CHECK(bad(check_toml("x = '2m'", bounded)) == "must be a duration from 100ms to 1m, such as \"5s\", not \"2m\"");
}

TEST_CASE("paths become absolute") {
    const auto spec = option("x", OptionType::path);
    CHECK(good(check_toml("x = '../certs/ca.pem'", spec)).text == "/conf/certs/ca.pem");
    CHECK(good(check_toml("x = '/abs/./a'", spec)).text == "/abs/a");
    CHECK(good(check_yaml("x: 12", spec)).text == "/conf/dir/12");
    auto needed = spec;
    needed.required = true;
    CHECK(bad(check_toml("x = ''", needed)) == "must be a path, not an empty string");
    const auto left_out = check_toml("x = ''", spec);
    CHECK(left_out.mistakes == Told{});
    CHECK_FALSE(left_out.values[0].is_set);
    CHECK(bad(check_toml("x = 5", spec)) == "must be a string, not a whole number (put it in quotes)");
    CHECK(bad(check_toml("x = \"a\\u0000b\"", spec)) == "must not contain a NUL character");

    const auto file = read(read_toml, "x = 'a'");
    Mistakes mistakes;
    const auto values = check_options(file.root, {spec}, "", "relative", mistakes);
    CHECK(values[0].text == (std::filesystem::current_path() / "relative/a").string());
}

TEST_CASE("lists") {
    using Items = std::vector<std::string>;
    const auto spec = option("x", OptionType::list);
    CHECK(good(check_toml("x = ['a', 'b']", spec)).items == Items{"a", "b"});
    CHECK(good(check_toml("x = []", spec)).items.empty());
    CHECK(good(check_toml("x = 'a'", spec)).items == Items{"a"});
    CHECK(good(check_yaml("x: [1, on, a]", spec)).items == Items{"1", "on", "a"});
    CHECK(good(check_yaml("x: 9998", spec)).items == Items{"9998"});
    CHECK(bad(check_toml("x = {}", spec)) == "must be a list of strings, not a table");
    CHECK(bad(check_toml("x = true", spec)) == "must be a list of strings, not a boolean");
    const auto checked = check_toml("x = ['a',\n 5, [\n]]", spec);
    CHECK(checked.mistakes == Told{"2:2 x: must be a string, not a whole number (put it in quotes)",
                                   "2:5 x: must be a string, not a list"});
    CHECK(bad(check_yaml("x: [a,,b]", spec)) == "must be a string, not nothing");
}

TEST_CASE("choices") {
    const auto qos = choice({"0", "1", "2", "at-most-once", "exactly-one", "exactly-once"});
    CHECK(good(check_toml("x = 1", qos)).text == "1");
    CHECK(good(check_toml("x = '1'", qos)).text == "1");
    CHECK(good(check_yaml("x: 2", qos)).text == "2");
    CHECK(good(check(read(read_json, "{\"x\": 0}"), {qos})).text == "0");
    CHECK(good(check_yaml("x: exactly-one", qos)).text == "exactly-one");
    CHECK(good(check_toml("x = true", choice({"true", "auto"}))).text == "true");
    CHECK(good(check_yaml("x: off", choice({"off", "on"}))).text == "off");
    const std::string wanted = "must be one of 0, 1, 2, at-most-once, exactly-one, exactly-once";
    CHECK(bad(check_toml("x = 7", qos)) == wanted + ", not \"7\"");
    CHECK(bad(check_toml("x = 'at-most-ones'", qos)) ==
          wanted + ", not \"at-most-ones\" (did you mean \"at-most-once\"?)");
    CHECK(bad(check_toml("x = 'At-most-once'", qos)).ends_with("(did you mean \"at-most-once\"?)"));
    CHECK(bad(check_toml("x = ''", qos)) == wanted + ", not \"\"");
    CHECK(bad(check_toml("x = [1]", qos)) == wanted + ", not a list");
    CHECK(bad(check_toml("x = 1.0", qos)) == wanted + ", not a number");
}

TEST_CASE("templates are handed on") {
    const auto spec = option("x", OptionType::rendered);
    const auto text = check_toml("x = '{{ .ID }}'", spec);
    CHECK(good(text).node == text.file.root.find("x"));
    CHECK(good(check_yaml("x: 123", spec)).node->text == "123");
    CHECK(good(check_yaml("x: {json: event}", spec)).node->kind == Node::Kind::table);
    CHECK(good(check_toml("x = ''", spec)).node->text.empty());
    CHECK(bad(check_toml("x = 5", spec)) == "must be a template (a string), not a whole number");
    CHECK(bad(check_yaml("x: [a]", spec)) == "must be a template (a string), not a list");
}

TEST_CASE("tables of templates are handed on") {
    const auto spec = option("x", OptionType::rendered_table);
    const auto table = check_toml("x = {b = '{{ .ID }}', a = 5}", spec);
    CHECK(good(table).node == table.file.root.find("x"));
    CHECK(good(check_yaml("x: {a: 123, b: yes}", spec)).node->table[1].value.text == "yes");
    CHECK(good(check_toml("x = {}", spec)).node->table.empty());
    const std::string wanted = "must be a table of templates, such as { name: \"{{ .ID }}\" }";
    CHECK(bad(check_toml("x = 'a'", spec)) == wanted + ", not a string");
    CHECK(bad(check_yaml("x: [a]", spec)) == wanted + ", not a list");
    CHECK(check_yaml("x: {a: [b], c: {d: e}}", spec).mistakes.size() == 2);
    CHECK(bad(check_yaml("x: {\"a\\0b\": c}", spec)) == "a name must not contain a NUL character");
}

TEST_CASE("a mistake shows no secret and little of what is none") {
    for (const auto type : {OptionType::string, OptionType::integer, OptionType::real, OptionType::boolean,
                            OptionType::duration, OptionType::path, OptionType::list, OptionType::choice}) {
        for (const char* text :
             {"x = 'hunter2'", "x = 77777", "x = [['hunter2']]", "x = 77777.5", "x = {hunter2 = 77777}"}) {
            auto spec = ranged(option("x", type), 1, 2);
            spec.choices = {"hunter1", "77778"};
            spec.secret = true;
            const auto checked = check_toml(text, spec);
            for (const auto& told : checked.mistakes) {
                CAPTURE(told);
                CHECK(told.find("hunter2") == std::string::npos);
                CHECK(told.find("77777") == std::string::npos);
                CHECK(told.find("did you mean") == std::string::npos);
            }
        }
    }
    const auto told = bad(check_toml("x = '" + std::string(50, 'z') + "'", choice({"a"})));
    CHECK(told == "must be one of a, not \"" + std::string(40, 'z') + "...\"");
}

TEST_CASE("defaults obey the rules of values") {
    using Items = std::vector<std::string>;
    const auto value = [](OptionType type, std::string text) {
        const auto spec = with_default(option("x", type), std::move(text));
        const auto checked = check(read(read_toml, ""), {spec});
        auto found = good(checked);
        CHECK(found.where.file == nullptr);
        return found;
    };
    CHECK(value(OptionType::string, "a b").text == "a b");
    CHECK(value(OptionType::string, "").text.empty());
    CHECK(value(OptionType::string, "123").text == "123");
    CHECK(value(OptionType::integer, "8192").integer == 8192);
    CHECK(value(OptionType::real, "2").real == 2);
    CHECK(value(OptionType::boolean, "true").integer == 1);
    CHECK(value(OptionType::duration, "30s").integer == 30'000'000'000);
    CHECK(value(OptionType::path, "log").text == "/conf/dir/log");
    CHECK(value(OptionType::list, "127.0.0.1:9998").items == Items{"127.0.0.1:9998"});
    CHECK(value(OptionType::list, "[::1]:9998").items == Items{"[::1]:9998"});
    CHECK(value(OptionType::list, "['127.0.0.1', \"::1\"]").items == Items{"127.0.0.1", "::1"});
    CHECK(value(OptionType::list, "").items.empty());
    CHECK(value(OptionType::rendered, "{{ .Message }}").node->text == "{{ .Message }}");
}

TEST_CASE("what the file says counts more than the default") {
    CHECK(good(check_toml("x = 0", with_default(option("x", OptionType::integer), "5"))).integer == 0);
    CHECK(good(check_toml("x = ''", with_default(option("x", OptionType::string), "d"))).text.empty());
    auto required = with_default(option("x", OptionType::string), "d");
    required.required = true;
    CHECK(good(check_toml("", required)).text == "d");
}

TEST_CASE("a default that breaks its own rules is the plugin's fault") {
    const auto fails = [](const OptionSpec& spec) {
        Mistakes mistakes;
        const auto file = read(read_toml, "");
        CHECK_THROWS_AS(check_options(file.root, {spec}, "", "/", mistakes), std::logic_error);
        CHECK(mistakes.empty());
    };
    fails(with_default(option("x", OptionType::integer), "many"));
    fails(with_default(ranged(option("x", OptionType::integer), 1, 2), "3"));
    fails(with_default(option("x", OptionType::boolean), "maybe"));
    fails(with_default(option("x", OptionType::duration), "5"));
    fails(with_default(option("x", OptionType::list), "[1, 2]"));
    fails(with_default(option("x", OptionType::list),
                       "[broken"
                       "]"));
    fails(with_default(choice({"a"}), "b"));
}

}  // namespace
}  // namespace tocsin::core
