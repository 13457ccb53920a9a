#include "route/template.hpp"

#include "route/template_test_event.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

struct Row {
    std::string_view text;
    std::string_view rendered;
};

std::string render(std::string_view text, const Event& event) {
    std::string out = "before ";
    const auto failure = Template{text, TOCSIN_ESCAPE_NONE}.render(event, out);
    if (failure) return "failed: " + *failure;
    return out.substr(std::string_view{"before "}.size());
}

// What Go's text/template renders for the same data.
TEST_CASE("templates render as in Go") {
    static constexpr Row rows[] = {
        // texts, spaces and comments
        {"plain", "plain"},
        {"a}} {b", "a}} {b"},
        {"{{ .ID }}", "id/1+#"},
        {"a {{ .Level }} b", "a CRITICAL b"},
        {"a \t{{- .Level -}} \n b", "aCRITICALb"},
        {"a {{- /* one\n * two */ -}} b", "ab"},
        {"a {{/* comment */}} b", "a  b"},
        {"{{-3}} {{- 3 -}} x", "-33x"},
        {"{{ print\n.Level }}", "CRITICAL"},
        {R"T(}} {{ "}}" }} {{ "{{" }})T", "}} }} {{"},
        {"{{ .ID }}}", "id/1+#}"},
        // fields
        {"{{ .ID }}|{{ .Message }}|{{ .Level }}|{{ .Details }}|{{ .Name }}|{{ .TaskName }}|{{ .Group }}",
         "id/1+#|disk \"full\" <90%> å\n|CRITICAL||cpu|t1|nil"},
        {"{{ .Time }}", "2023-11-14 22:13:20.5 +0000 UTC"},
        {"{{ .Duration }}", "1m30s"},
        {"{{ .Tags }} {{ .Fields }}",
         "map[b:2 empty: host:db1] map[big:1e+21 count:42 million:1e+06 text:hey up:true value:1.5 zero:0]"},
        {"{{ . }}",
         "{id/1+# disk \"full\" <90%> å\n CRITICAL 2023-11-14 22:13:20.5 +0000 UTC 1m30s  cpu t1 nil map[b:2 empty: "
         "host:db1] map[big:1e+21 count:42 million:1e+06 text:hey up:true value:1.5 zero:0]}"},
        {"{{ .Tags.host }}{{ .Tags.empty }}", "db1"},
        {"{{ .Tags.missing }}", "<no value>"},
        {"{{ .Fields.value }} {{ .Fields.count }} {{ .Fields.up }} {{ .Fields.text }}", "1.5 42 true hey"},
        {"{{ .Fields.big }} {{ .Fields.million }}", "1e+21 1e+06"},
        {"{{ .Fields.missing }}", "<no value>"},
        {"{{ (.Tags).host }} {{ ((.)).Level }} {{ (or .Tags .Fields).host }} {{ (and .Tags .Fields).count }}",
         "db1 CRITICAL db1 42"},
        {"{{ .Tags.größe }} {{ .Tags._x1 }}", "<no value> <no value>"},
        // constants
        {R"T({{ "a\tb\n\"\\\x41\101\u00e5\U0001F600\a" }})T", "a\tb\n\"\\AA\303\245\360\237\230\200\007"},
        {R"T({{ `raw "x" \n` }})T", R"T(raw "x" \n)T"},
        {R"T({{ 'a' }} {{ '\n' }} {{ 'å' }} {{ '\'' }} {{ '\x41' }} {{ '"' }})T", "97 10 229 39 65 34"},
        {"{{ 1 }} {{ -1 }} {{ +1 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 0x_ff }}",
         "1 -1 1 31 5 15 15 1000 255"},
        {"{{ 9223372036854775807 }} {{ -9223372036854775808 }}", "9223372036854775807 -9223372036854775808"},
        {"{{ 1e3 }} {{ .5 }} {{ 1. }} {{ 1e-7 }} {{ 0x1p4 }} {{ 1_0.5 }} {{ -0.0 }}", "1000 0.5 1 1e-07 16 10.5 -0"},
        {"{{ true }} {{ false }}", "true false"},
        {"{{ print nil }}", "<nil>"},
        // index
        {R"T({{ index .Tags "host" }}[{{ index .Tags "missing" }}])T", "db1[]"},
        {R"T({{ index .Fields "count" }} {{ index .Fields "missing" }})T", "42 <no value>"},
        {R"T({{ index .ID 0 }} {{ index .Tags "host" 0 }} {{ index .Fields "text" 1 }})T", "105 100 101"},
        {"{{ index .ID }}", "id/1+#"},
        {"{{ index .Tags .Fields.text }}", ""},
        {R"T({{ "host" | index .Tags }})T", "db1"},
        {"{{ eq (index .ID 0) 'i' }}", "true"},
        // if
        {R"T({{ if eq .Level "CRITICAL" }}bad{{ else }}good{{ end }})T", "bad"},
        {R"T({{ if eq .Level "OK" }}ok{{ else if eq .Level "INFO" "CRITICAL" }}bad{{ else }}other{{ end }})T", "bad"},
        {R"T({{ if eq .Level "OK" }}ok{{ end }})T", ""},
        {"{{ if .ID }}{{ if .Details }}a{{ else }}b{{ end }}{{ else }}c{{ end }}", "b"},
        {"{{ if .Fields.zero }}1{{ end }}{{ if .Fields.up }}2{{ end }}{{ if .Tags.empty }}3{{ end }}{{ if .Time }}4{{ "
         "end }}{{ if . }}5{{ end }}{{ if 0.0 }}6{{ end }}{{ if .Duration }}7{{ end }}{{ if .Tags.missing }}8{{ end "
         "}}{{ if .Tags }}9{{ end }}",
         "24579"},
        // and, or, not
        {R"T({{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 "" 3 }} {{ or 0 "" }})T", "0 2 3 "},
        {R"T({{ not 0 }} {{ not "x" }} {{ not .Fields.missing }})T", "true false true"},
        {R"T({{ and .Tags.missing 1 }} {{ or .Tags.missing "none" }})T", "<no value> none"},
        {"{{ and 0 (len .Fields.count) }} {{ or 1 (index .ID 1000) }}", "0 1"},
        {R"T({{ "x" | or 0 }} {{ 0 | and 1 }})T", "x 0"},
        // comparisons
        {R"T({{ eq 1 1 }} {{ eq "a" "b" }} {{ eq 1.5 1.5 }} {{ eq true true }} {{ eq 1 2 3 1 }} {{ ne 1 2 }})T",
         "true false true true true true"},
        {R"T({{ lt 1 2 }} {{ lt 2 2 }} {{ le 2 2 }} {{ le 3 2 }} {{ gt "b" "a" }} {{ gt 2 2 }} {{ ge 1.5 1.5 }} {{ ge 1 2 }})T",
         "true false true false true false true false"},
        {R"T({{ eq .Fields.value 1.5 }} {{ eq .Fields.count 42 }} {{ eq .Fields.text "hey" }} {{ eq .Fields.up true }})T",
         "true true true true"},
        {"{{ eq .Fields.missing 1 }} {{ ne .Fields.missing 1 }} {{ eq .Fields.missing nil }} {{ eq nil nil }} {{ eq "
         ".ID nil }} {{ eq .Tags nil }}",
         "false true true true false false"},
        {"{{ eq .Time .Time }} {{ gt .Duration 60000000000 }} {{ eq .Duration 90000000000 }}", "true true true"},
        {R"T({{ 1 | lt 2 }} {{ lt "å" "z" }})T", "false false"},
        // len, print, pipelines
        {R"T({{ len .ID }} {{ len .Tags }} {{ len .Fields }} {{ len .Tags.host }} {{ len "å" }})T", "6 3 7 3 2"},
        {R"T({{ print }}[{{ print "" }}]{{ print print }})T", "[]"},
        {R"T({{ print true 1 2 "a" "b" 3 4 .Tags.missing .Tags.missing 1.5 }})T", "true 1 2ab3 4 <nil> <nil> 1.5"},
        {"{{ print .Fields.missing .Tags.missing }} {{ .Tags.missing | print }}", "<nil> <nil> <nil>"},
        {R"T({{ .ID | printf "%s-%s" "x" }} {{ .ID | print | len }})T", "x-id/1+# 6"},
        {R"T({{ (printf "%d" 5) | print "a" }})T", "a5"},
        // json
        {"{{ json . }}",
         R"T({"ID":"id/1+#","Message":"disk \"full\" \u003c90%\u003e å\n","Level":"CRITICAL","Time":"2023-11-14T22:13:20.5Z","Duration":90000000000,"Details":"","Name":"cpu","TaskName":"t1","Group":"nil","Tags":{"b":"2","empty":"","host":"db1"},"Fields":{"big":1e+21,"count":42,"million":1000000,"text":"hey","up":true,"value":1.5,"zero":0}})T"},
        {"{{ json .Tags }} {{ json .Fields }} {{ json .Message }}",
         R"T({"b":"2","empty":"","host":"db1"} {"big":1e+21,"count":42,"million":1000000,"text":"hey","up":true,"value":1.5,"zero":0} "disk \"full\" \u003c90%\u003e å\n")T"},
        {"{{ json .Time }} {{ json .Duration }} {{ json nil }} {{ json .Tags.missing }} {{ json 1.0 }} {{ json true }} "
         "{{ json (index .ID 0) }}",
         R"T("2023-11-14T22:13:20.5Z" 90000000000 null null 1 true 105)T"},
        {"{{ .Level | json }}", R"T("CRITICAL")T"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render(row.text, event) == row.rendered);
    }
}

TEST_CASE("an event without tags and fields") {
    EventDraft draft;
    draft.topic = "t";
    draft.id = "i";
    const Event event{draft.to_abi(), Stamp{}};
    CHECK(render("{{ .Tags }}{{ .Fields }}{{ json .Tags }}", event) == "map[]map[]{}");
    CHECK(render("{{ if .Tags }}a{{ end }}{{ if .Duration }}b{{ end }}{{ .Level }}", event) == "OK");
    CHECK(render("{{ .Time }} {{ .Duration }}", event) == "1970-01-01 00:00:00 +0000 UTC 0s");
}

TEST_CASE("bytes that are no UTF-8 pass through payloads") {
    EventDraft draft;
    draft.topic = "t";
    draft.id = "i";
    draft.message = "a\xff\0b";
    draft.tag("t", "\xc3");
    const Event event{draft.to_abi(), Stamp{}};
    CHECK(render("{{ .Message }}{{ .Tags.t }}", event) == "a\xff\xc3");
    CHECK(render(R"({{ printf "%q" .Message }})", event) == R"("a\xff")");
}

TEST_CASE("failures while rendering") {
    static constexpr Row rows[] = {
        {"{{ eq .Fields.value 1 }}", "line 1, column 4: eq: a floating-point number and an integer do not compare"},
        {"a\nå{{ ne .Fields.text 1 }}", "line 2, column 5: ne: a string and an integer do not compare"},
        {"{{ lt .Fields.missing 1 }}", "line 1, column 4: lt: a missing value and an integer do not compare"},
        {"{{ gt 1 .Fields.up }}", "line 1, column 4: gt: an integer and a boolean do not compare"},
        {"{{ le .Fields.up .Fields.up }}", "line 1, column 4: le: a boolean and a boolean do not compare"},
        {"{{ ge .Fields.text 1.5 }}", "line 1, column 4: ge: a string and a floating-point number do not compare"},
        {"{{ len .Tags.missing }}", "line 1, column 4: len: a missing value has no length"},
        {"{{ len .Fields.count }}", "line 1, column 4: len: an integer has no length"},
        {"{{ index .ID 6 }}", "line 1, column 4: index: the string is shorter"},
        {"{{ index .ID -1 }}", "line 1, column 4: index: the string is shorter"},
        {"{{ index .Tags .Tags.missing }}", "line 1, column 4: index: the key is a missing value, no string"},
        {"{{ index .ID .Fields.text }}", "line 1, column 4: index: the place in a string is a string, no integer"},
        {"{{ index .Fields \"missing\" 0 }}", "line 1, column 4: index: a missing value has no entries"},
        {"{{ index .Fields.missing 0 }}", "line 1, column 4: index: there is no value to look into"},
        {"{{ printf .Fields.count }}", "line 1, column 4: printf: the format is an integer, no string"},
        {"{{ (or .Fields.count .Tags).host }}", "line 1, column 28: \".host\" cannot follow an integer"},
        {"{{ if true }}x{{ print (len .Fields.up) }}{{ end }}", "line 1, column 25: len: a boolean has no length"},
        {"{{ len .Fields.up | or 1 }}", "line 1, column 4: len: a boolean has no length"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render(row.text, event) == "failed: " + std::string{row.rendered});
    }
}

TEST_CASE("a failed rendering leaves what was there") {
    const auto event = template_test_event();
    std::string out = "before";
    CHECK(Template{"abc{{ len .Fields.up }}", TOCSIN_ESCAPE_NONE}.render(event, out).has_value());
    CHECK(out == "before");
}

TEST_CASE("text is capped at 1 MiB") {
    constexpr std::string_view too_large = "the text is larger than 1 MiB";
    const auto fails = [&](const std::string& text, const Event& event) {
        return render(text, event).find(too_large) != std::string::npos;
    };
    const auto event = template_test_event();
    CHECK(render("{{ printf \"%1000000d\" 1 }}", event).size() == 1'000'000);
    CHECK(fails("{{ printf \"%1000000d\" 1 }}{{ printf \"%60000d\" 1 }}", event));
    CHECK(fails("{{ printf \"%1000000d%1000000d%1000000d\" 1 2 3 }}", event));
    CHECK(fails("{{ len (printf \"%900000d\" 1) }}{{ len (printf \"%900000d\" 1) }}", event));
    CHECK(fails("{{ printf \"%1000000v\" .Tags }}", event));
    CHECK(fails("{{ printf \"%1000000v\" . }}", event));

    auto draft = template_test_draft();
    const std::string message(600 * 1024, 'x');
    draft.message = message;
    const Event large{draft.to_abi(), Stamp{}};
    CHECK(render("{{ .Message }}", large).size() == message.size());
    CHECK(fails("{{ .Message }}{{ .Message }}", large));
    CHECK(fails("{{ if true }}{{ .Message }}{{ end }}{{ .Message }}", large));
    CHECK(fails("{{ print .Message .Message }}", large));
    CHECK(fails("{{ json (print .Message 1) | len }}", large));
}

}  // namespace
}  // namespace tocsin::core
