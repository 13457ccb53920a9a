#include "route/template_test_render.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

bool fails(std::string_view text, const Event& event, std::string_view why) {
    const auto told = render_template(text, event);
    INFO(told.substr(0, 200));
    const bool found = told.rfind("failed: line ", 0) == 0 && told.find(why) != std::string::npos;
    CHECK(found);
    return found;
}

TEST_CASE("steps are capped") {
    const auto event = template_test_event();
    constexpr std::string_view too_many = "more than 500,000 steps";
    CHECK(render_template("{{ range 100000 }}{{ end }}", event).empty());
    CHECK(fails("{{ range 9223372036854775807 }}{{ end }}", event, too_many));
    CHECK(fails("{{ range .Duration }}{{ end }}", event, too_many));
    CHECK(fails("{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}", event, too_many));
    CHECK(fails("{{ range 1000 }}{{ range 1000 }}{{ continue }}{{ end }}{{ end }}", event, too_many));
    // Each of these invokes the next one ten times.
    std::string tower;
    for (int i = 0; i < 9; ++i)
        tower += "{{ define \"" + std::to_string(i) + "\" }}{{ range 10 }}{{ template \"" + std::to_string(i + 1) +
                 "\" }}{{ end }}{{ end }}";
    CHECK(fails(tower + "{{ define \"9\" }}{{ end }}{{ template \"0\" }}", event, too_many));
}

TEST_CASE("looking through much text takes steps too") {
    auto draft = template_test_draft();
    const std::string message(1024 * 1024, 'x');
    const std::string list = "[" + std::string(1024 * 1024, '1') + "]";
    draft.message = message;
    draft.json_field("list", list);
    const std::string number = "0." + std::string(1024 * 1024, '0');
    draft.json_field("number", number);
    const Event large{draft.to_abi(), Stamp{}};
    constexpr std::string_view too_many = "more than 500,000 steps";
    CHECK(render_template("{{ eq .Message .ID }}", large) == "false");
    for (const std::string_view action :
         {"eq $.Message $.ID", "replace \"ab\" \"\" $.Message | len", "index $.Fields.list 1000 | default 0"}) {
        CAPTURE(action);
        const auto told = render_template("{{ range 100000 }}{{ $x := " + std::string{action} + " }}{{ end }}", large);
        CHECK(told.rfind("failed: ", 0) == 0);
    }
    CHECK(fails("{{ range 100000 }}{{ if $.Fields.number }}{{ end }}{{ end }}", large, too_many));
    CHECK(render_template("{{ range 1000 }}{{ if and $.Message $.Fields.list }}{{ end }}{{ end }}", large).empty());
    CHECK(fails("{{ range 100000 }}{{ range $.Fields.list }}{{ end }}{{ end }}", large, too_many));
}

TEST_CASE("templates within each other are capped") {
    const auto event = template_test_event();
    constexpr std::string_view too_deep = "more than 1,000 deep";
    const std::string down =
        "{{ define \"down\" }}{{ if gt (len .) 1 }}{{ template \"down\" (slice . 1) }}{{ end }}{{ end }}";
    CHECK(render_template(down + "{{ template \"down\" (printf \"%400d\" 1) }}", event).empty());
    CHECK(fails(down + "{{ template \"down\" (printf \"%4000d\" 1) }}", event, too_deep));
    CHECK(fails("{{ define \"t\" }}{{ if $.ID }}{{ template \"t\" . }}{{ end }}{{ end }}{{ template \"t\" . }}", event,
                too_deep));
    CHECK(
        fails("{{ define \"a\" }}{{ range . }}{{ template \"b\" $ }}{{ end }}{{ end }}"
              "{{ define \"b\" }}{{ with . }}{{ template \"a\" . }}{{ end }}{{ end }}{{ template \"a\" .Tags }}",
              event, too_deep));
}

TEST_CASE("output is capped wherever it is written") {
    const auto event = template_test_event();
    constexpr std::string_view too_large = "larger than 1 MiB";
    CHECK(fails("{{ range 200000 }}0123456789{{ end }}", event, too_large));
    CHECK(fails("{{ range 100000 }}{{ $.Message }}{{ end }}", event, too_large));
    CHECK(fails("{{ define \"t\" }}{{ printf \"%1000d\" 1 }}{{ end }}{{ range 2000 }}{{ template \"t\" }}{{ end }}",
                event, too_large));
    for (const std::string_view action : {"html $x", "js $x", "urlquery $x", "println $x $x", "replace \"<\" $x $x",
                                          "printf \"%s%s\" $x $x", "json $x"}) {
        CAPTURE(action);
        const auto start = "{{ $x := printf \"%900000s\" \"<\" }}{{ $x = replace \" \" \"<\" $x }}";
        CHECK(render_template(std::string{"{{ $x := printf \"%900000s\" \"<\" }}"}, event).empty());
        CHECK(fails(start + std::string{"{{ "} + std::string{action} + " }}", event, too_large));
        const auto few =
            "{{ $x := printf \"%300000s\" \"<\" | replace \" \" \"<\" }}{{ " + std::string{action} + " | len }}";
        CHECK(fails(few, event, too_large));
    }
}

TEST_CASE("a failed rendering leaves what was there, also within constructs") {
    const auto event = template_test_event();
    std::string out = "before";
    CHECK(Template{"a{{ range .Fields }}b{{ len . }}{{ end }}", TOCSIN_ESCAPE_NONE}.render(event, out).has_value());
    CHECK(out == "before");
}

}  // namespace
}  // namespace tocsin::core
