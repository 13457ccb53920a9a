#include "route/template_test_render.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

struct Row {
    std::string_view text;
    std::string_view rendered;
};

// What Go's text/template renders for the same data.
TEST_CASE("range, with, variables and templates work as in Go") {
    static constexpr Row rows[] = {
        // range
        {"{{ range .Tags }}[{{ . }}]{{ end }}", "[2][][db1]"},
        {"{{ range $v := .Tags }}[{{ $v }}{{ . }}]{{ end }}", "[22][][db1db1]"},
        {"{{ range $k, $v := .Tags }}{{ $k }}={{ $v }};{{ end }}", "b=2;empty=;host=db1;"},
        {"{{ range $k, $v := .Fields }}{{ $k }}={{ $v }};{{ end }}",
         "big=1e+21;count=42;million=1e+06;text=hey;up=true;value=1.5;zero=0;"},
        {"{{ range .Tags.missing }}a{{ else }}none{{ end }}", "none"},
        {"{{ range .Fields.missing }}a{{ end }}", ""},
        {"{{ range 3 }}{{ . }}{{ end }}|{{ range $i := 2 }}{{ $i }}{{ end }}|{{ range 0 }}a{{ else }}zero{{ end }}|{{ "
         "range -1 }}a{{ else }}less{{ end }}",
         "012|01|zero|less"},
        {"{{ range .Fields.count }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}", "012"},
        {"{{ range len .ID }}.{{ end }}", "......"},
        {"{{ range 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }},{{ end }}",
         "0,2,"},
        {"{{ range $i := 3 }}{{ range $j := 3 }}{{ if gt $j $i }}{{ break }}{{ end }}{{ $i }}{{ $j }} {{ end }}{{ end "
         "}}",
         "00 10 11 20 21 22 "},
        {"{{ range $k, $v := .Tags }}{{ range $.Fields }}{{ break }}{{ end }}{{ $k }} {{ end }}", "b empty host "},
        {"{{ range .Tags }}{{ range 2 }}{{ continue }}x{{ end }}{{ else }}y{{ end }}z", "z"},
        {"{{ range .Tags }}{{ $.ID }} {{ end }}", "id/1+# id/1+# id/1+# "},
        {"{{- range $k, $v := .Tags -}}\n {{ $k -}}\n{{- end -}}", "bemptyhost"},
        {"{{ range (and .Tags .Fields) }}{{ . }} {{ end }}", "1e+21 42 1e+06 hey true 1.5 0 "},
        {"{{ range $k, $v := .Tags }}{{ else }}{{ $v }}{{ end }}|{{ range $k, $v := .Tags.missing }}{{ else }}{{ $k "
         "}}{{ $v }}{{ end }}",
         "|<no value><no value>"},
        // with
        {"{{ with .Tags.host }}{{ . }}{{ end }}", "db1"},
        {"{{ with .Details }}a{{ else }}{{ .Name }}{{ end }}", "cpu"},
        {"{{ with .Details }}a{{ else with .Tags.missing }}b{{ else with .Tags.host }}c{{ . }}{{ else }}d{{ end }}",
         "cdb1"},
        {"{{ with $x := .Name }}{{ $x }}{{ . }}{{ $.ID }}{{ end }}", "cpucpuid/1+#"},
        {"{{ with .Tags }}{{ .host }} {{ .missing }}{{ end }}", "db1 <no value>"},
        {R"T({{ with .Fields }}{{ .count }} {{ printf "%.2f" .value }}{{ end }})T", "42 1.50"},
        {"{{ with . }}{{ .ID }}{{ end }}", "id/1+#"},
        {"{{ with .Time }}{{ .Year }}-{{ .Month }}{{ end }}", "2023-November"},
        {"{{ with .Duration }}{{ .Seconds }}{{ end }}", "90"},
        {"{{ with 0 }}a{{ else }}{{ .ID }}{{ end }}", "id/1+#"},
        {"{{ with .Tags.missing }}a{{ end }}|", "|"},
        {"{{ with $x := 3 }}{{ with $y := $x }}{{ $x }}{{ $y }}{{ end }}{{ end }}", "33"},
        {"{{ with false }}a{{ else with $x := 0 }}b{{ else }}{{ $x }}{{ end }}", "0"},
        // variables
        {"{{ $x := 1 }}{{ $x }}", "1"},
        {"{{ $x := .ID }}{{ $x = .Name }}{{ $x }}", "cpu"},
        {"{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"},
        {"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"},
        {"{{ $first := true }}{{ range $k, $v := .Tags }}{{ if not $first }}, {{ end }}{{ $first = false }}{{ $k }}{{ "
         "end }}",
         "b, empty, host"},
        {R"T({{ $last := "" }}{{ range $k, $v := .Tags }}{{ $last = $k }}{{ end }}{{ $last }})T", "host"},
        {"{{ $n := 0 }}{{ range $n = .Tags }}{{ end }}{{ $n }}", "db1"},
        {"{{ $k := 0 }}{{ $v := 0 }}{{ range $k, $v = .Tags }}{{ end }}{{ $k }}={{ $v }}", "host=db1"},
        {"{{ $n := 0 }}{{ range $n = .Tags.missing }}{{ end }}{{ $n }}", "<no value>"},
        {"{{ $.Level }}", "CRITICAL"},
        {"{{ if $x := .Details }}a{{ else if $y := .Name }}{{ $x }}{{ $y }}{{ end }}", "cpu"},
        {"{{ if $x := .Tags.host }}{{ $x }}{{ end }}", "db1"},
        {R"T({{ $x := .Tags }}{{ $x.host }} {{ $x.missing }} {{ index $x "b" }})T", "db1 <no value> 2"},
        {"{{ $e := . }}{{ $e.Tags.host }}{{ $e.Time.Year }}", "db12023"},
        {R"T({{ $x := 5 | printf "%03d" }}{{ $x }})T", "005"},
        {"{{ print ($x := 3) $x }}{{ $x }}", "3 33"},
        {"{{ $a := 1 }}{{ $b := $a }}{{ $a = 2 }}{{ $a }}{{ $b }}", "21"},
        {"{{ $größe := 1 }}{{ $größe }}", "1"},
        {R"T({{ $x := 1 }}{{ $x := "a" }}{{ $x }})T", "a"},
        {"{{ $ = 3 }}{{ $ }}", "3"},
        {"{{ $x := .Tags.missing }}{{ $x }}|{{ if $x }}a{{ end }}", "<no value>|"},
        {"{{ range $i := 2 }}{{ $x := $i }}{{ $x }}{{ $x = 9 }}{{ $x }}{{ end }}", "0919"},
        {"{{$x:=1}}{{$x}}", "1"},
        // templates
        {R"T({{ define "t" }}[{{ . }}]{{ end }}{{ template "t" .ID }}{{ template "t" 3 }})T", "[id/1+#][3]"},
        {R"T({{ template "t" . }}{{ define "t" }}{{ .Name }}{{ end }})T", "cpu"},
        {R"T({{ define "t" }}{{ .ID }}|{{ . }}{{ end }}{{ template "t" }})T", "<no value>|<no value>"},
        {R"T({{ define "a" }}{{ template "b" .Tags }}{{ end }}{{ define "b" }}{{ .host }}{{ end }}{{ template "a" . }})T",
         "db1"},
        {R"T({{ define "t" }}{{ $ }}{{ range 2 }}{{ $ }}{{ end }}{{ end }}{{ template "t" "x" }})T", "xxx"},
        {R"T({{ $x := 1 }}{{ define "t" }}{{ $x := 2 }}{{ $x }}{{ end }}{{ template "t" }}{{ $x }})T", "21"},
        {R"T({{ block "t" .Name }}<{{ . }}>{{ end }}{{ template "t" "again" }})T", "<cpu><again>"},
        {R"T({{ block "o" . }}{{ block "i" .ID }}{{ . }}{{ end }}{{ .Name }}{{ end }})T", "id/1+#cpu"},
        {R"T(a{{ define "t" }}x{{ end }}b)T", "ab"},
        {R"T({{ define `t` }}x{{ end }}{{ template `t` }}{{ template "t" }})T", "xx"},
        {R"T({{ define "t" }} {{ end }}{{ define "t" }}x{{ end }}{{ template "t" }})T", "x"},
        {R"T({{ define "t" }}x{{ end }}{{ define "t" }}{{/* c */}} {{ end }}{{ template "t" }})T", "x"},
        {R"T({{ define "down" }}{{ . }}{{ if gt (len .) 1 }}{{ template "down" (slice . 1) }}{{ end }}{{ end }}{{ template "down" "abc" }})T",
         "abcbcc"},
        {R"T({{ define "t" }}{{ range . }}{{ . }},{{ end }}{{ end }}{{ template "t" .Tags }}{{ template "t" .Fields }}{{ template "t" 2 }})T",
         "2,,db1,1e+21,42,1e+06,hey,true,1.5,0,0,1,"},
        {R"T({{ template "t" $x := 3 }}{{ $x }}{{ define "t" }}{{ . }}{{ end }})T", "33"},
        {R"T({{ range 2 }}{{ template "t" . }}{{ end }}{{ define "t" }}{{ range 3 }}{{ break }}{{ end }}{{ . }}{{ end }})T",
         "01"},
        {R"T({{ define "t" }}{{ .Time.Format "2006" }}{{ end }}{{ template "t" }}|{{ template "t" . }})T",
         "<no value>|2023"},
        {R"T({{ define "unused" }}{{ .Anything }}{{ end }}a)T", "a"},
        // types at run time
        {R"T({{ $x := 0 }}{{ range .Fields }}{{ $x = . }}{{ end }}{{ $x }} {{ printf "%T" $x }})T", "0 int64"},
        {"{{ $x := .Time }}{{ $x = .Duration }}{{ $x.String }}", "1m30s"},
        {R"T({{ $x := .Duration }}{{ $x = .Time }}{{ $x.Format "2006" }} {{ "06" | $x.Format }})T", "2023 23"},
        {"{{ $x := .Time }}{{ $x = .Duration }}{{ $x.Round 60000000000 }}", "2m0s"},
        {"{{ $x := 1 }}{{ $x = .Tags }}{{ $x.host }}{{ len $x }}", "db13"},
        {"{{ $x := 1 }}{{ $x = . }}{{ $x.Tags.host }} {{ $x.ID }}", "db1 id/1+#"},
        {"{{ $x := 1 }}{{ $x = .Tags.missing }}{{ $x.y }}", "<no value>"},
        {"{{ (or .Tags.missing .Fields).count }}", "42"},
        {R"T({{ range $k, $v := .Fields }}{{ if eq $k "count" "zero" }}{{ lt $v 10 }} {{ end }}{{ end }})T",
         "false true "},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == row.rendered);
    }
}

TEST_CASE("failures in constructs are told with their place") {
    static constexpr Row rows[] = {
        {"{{ range .Fields.text }}{{ end }}",
         "line 1, column 1: range goes over the tags, the fields, JSON or an integer, not over a string"},
        {"{{ range .Fields.value }}{{ end }}",
         "line 1, column 1: range goes over the tags, the fields, JSON or an integer, not over a floating-point "
         "number"},
        {"a\n{{ range $k, $v := .Fields.count }}{{ end }}",
         "line 2, column 1: a range over an integer sets one variable"},
        {"{{ $x := 1 }}{{ $x = .Name }}{{ $x.host }}", "line 1, column 35: \".host\" cannot follow a string"},
        {"{{ $x := 1 }}{{ $x = .Time }}{{ $x.host }}", "line 1, column 35: \".host\" cannot follow a time"},
        {"{{ $x := .Time }}{{ $x = .Duration }}{{ $x.Format .ID }}",
         "line 1, column 43: \".Format\" cannot follow a duration"},
        {"{{ $x := 1 }}{{ $x = .Tags }}{{ $x.Format .ID }}", "line 1, column 35: \".Format\" cannot follow the tags"},
        {"{{ .Time.Format .Tags.missing }}", "line 1, column 9: Format: the argument is a missing value, not a string"},
        {"{{ .Time.Format .Fields.count }}", "line 1, column 9: Format: the argument is an integer, not a string"},
        {"{{ define \"t\" }}{{ range . }}{{ len . }}{{ end }}{{ end }}{{ template \"t\" .Fields }}",
         "line 1, column 33: len: a floating-point number has no length"},
        {"{{ slice .ID 7 }}", "line 1, column 4: slice: the string is shorter"},
        {"{{ slice .ID -1 }}", "line 1, column 4: slice: the string is shorter"},
        {"{{ slice .ID 3 2 }}", "line 1, column 4: slice: the end is before the beginning"},
        {"{{ slice .Fields.count }}", "line 1, column 4: slice: an integer cannot be cut, a string can"},
        {"{{ slice .ID .Fields.text }}", "line 1, column 4: slice: the place in a string is a string, no integer"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == "failed: " + std::string{row.rendered});
    }
}

TEST_CASE("a deep range of blocks leaves variables as they are in Go") {
    std::string text = "{{ $x := 0 }}";
    std::string ends;
    for (int i = 0; i < 40; ++i) {
        text += "{{ with $y" + std::to_string(i) + " := " + std::to_string(i + 1) + " }}";
        ends += "{{ end }}";
    }
    text += "{{ $y0 }} {{ $y39 }} {{ $x = . }}" + ends + "{{ $x }}";
    CHECK(render_template(text, template_test_event()) == "1 40 40");
}

}  // namespace
}  // namespace tocsin::core
