#include "route/template_test_render.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

Event json_event() {
    auto draft = template_test_draft();
    draft.json_field("list", R"([1,{"a":"<"},"x\u00e5\n\"",2.5,[],null,true])");
    draft.json_field("map", R"({"b":1,"a":{"x":"y/#"},"c":[2,3],"\u0061a":"escaped","b":[7]})");
    draft.json_field("null", "null");
    draft.json_field("number", "12");
    draft.json_field("quoted", R"("q/+")");
    draft.json_field("empty", "[]");
    draft.json_field("numbers", "[-0,9223372036854775807,9223372036854775808,1e2,1e999,-12]");
    draft.json_field("pairs", R"(["\ud83d\ude00","\ud83d","\ud83dx","\ude00\ud83d\ude00","\/\b\f\n\r\t\\"])");
    draft.json_field("tree", R"({"n":1,"in":[{"n":2,"in":[{"n":3,"in":[]}]},{"n":4,"in":[]}]})");
    return Event{draft.to_abi(), Stamp{}};
}

struct Row {
    std::string_view text;
    std::string_view rendered;
};

TEST_CASE("a JSON field is text to what takes text") {
    static constexpr Row rows[] = {
        {"{{ .Fields.empty }} {{ .Fields.map }}",
         R"([] {"b":1,"a":{"x":"y/#"},"c":[2,3],"\u0061a":"escaped","b":[7]})"},
        {"{{ json .Fields.quoted }} {{ .Fields.quoted | print | json }}", R"("q/+" "\"q/+\"")"},
        {R"T({{ printf "%T %q" .Fields.empty .Fields.empty }} {{ eq .Fields.empty "[]" }})T", R"(string "[]" true)"},
        {"{{ .Fields.list | html }}", R"([1,{&#34;a&#34;:&#34;&lt;&#34;},&#34;x\u00e5\n\&#34;&#34;,2.5,[],null,true])"},
    };
    const auto event = json_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == row.rendered);
    }
}

TEST_CASE("a JSON field can be looked into") {
    static constexpr Row rows[] = {
        {"{{ range .Fields.list }}{{ . }}|{{ end }}", "1|{\"a\":\"<\"}|xå\n\"|2.5|[]|<no value>|true|"},
        {"{{ range $i, $x := .Fields.list }}{{ $i }}{{ printf \"%T\" $x }} {{ end }}",
         "0int64 1string 2string 3float64 4string 5<nil> 6bool "},
        {"{{ range $k, $v := .Fields.map }}{{ $k }}={{ $v }};{{ end }}", R"(a={"x":"y/#"};aa=escaped;b=[7];c=[2,3];)"},
        {"{{ .Fields.map.a.x }} {{ .Fields.map.aa }} {{ .Fields.map.b }} {{ .Fields.map.none }} {{ .Fields.map.none.x "
         "}}",
         "y/# escaped [7] <no value> <no value>"},
        {R"T({{ index .Fields.map "a" "x" }} {{ index .Fields.map "c" 1 }} {{ index .Fields.list 1 "a" }})T",
         "y/# 3 <"},
        {R"T({{ index .Fields.map "none" }} {{ index .Fields.list 2 0 }} {{ with index .Fields "map" }}{{ .aa }}{{ end }})T",
         "<no value> 120 escaped"},
        {"{{ len .Fields.list }} {{ len .Fields.map }} {{ len .Fields.empty }} {{ len .Fields.quoted }}", "7 5 0 3"},
        {"{{ range .Fields.empty }}x{{ else }}none{{ end }} {{ range .Fields.null }}x{{ else }}null{{ end }}",
         "none null"},
        {"{{ range $i := .Fields.number }}{{ $i }} {{ end }}", "0 1 2 3 4 5 6 7 8 9 10 11 "},
        {"{{ range .Fields.numbers }}{{ . }} {{ end }}", "0 9223372036854775807 9.223372036854776e+18 100 1e999 -12 "},
        {"{{ range .Fields.pairs }}{{ . }}|{{ end }}", "😀|\xef\xbf\xbd|\xef\xbf\xbdx|\xef\xbf\xbd😀|/\b\f\n\r\t\\|"},
        {"{{ define \"n\" }}{{ .n }}{{ range .in }}({{ template \"n\" . }}){{ end }}{{ end }}{{ template \"n\" "
         ".Fields.tree }}",
         "1(2(3))(4)"},
        {"{{ range .Fields.list }}{{ if eq (printf \"%T\" .) \"int64\" }}{{ . }}{{ end }}{{ end }}", "1"},
        {R"T({{ eq (index .Fields.list 0) 1 }} {{ lt (index .Fields.list 3) 3.0 }})T", "true true"},
    };
    const auto event = json_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == row.rendered);
    }
}

TEST_CASE("JSON is as true as what it holds") {
    static constexpr Row rows[] = {
        {"[]", "no"},   {"{}", "no"},  {"\"\"", "no"}, {"null", "no"},       {"false", "no"},  {"0", "no"},
        {"-0", "no"},   {"0.0", "no"}, {"0e5", "no"},  {"true", "yes"},      {"\"a\"", "yes"}, {"[0]", "yes"},
        {"0.1", "yes"}, {"-1", "yes"}, {"1e5", "yes"}, {"{\"a\":0}", "yes"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        auto draft = template_test_draft();
        draft.json_field("x", row.text);
        const Event event{draft.to_abi(), Stamp{}};
        CHECK(render_template("{{ if .Fields.x }}yes{{ else }}no{{ end }}", event) == row.rendered);
    }
}

TEST_CASE("what cannot be looked into fails with its place") {
    static constexpr Row rows[] = {
        {"{{ .Fields.list.a }}", "line 1, column 16: \".a\" cannot follow JSON"},
        {"{{ .Fields.number.a }}", "line 1, column 18: \".a\" cannot follow an integer"},
        {"{{ .Fields.quoted.a }}", "line 1, column 18: \".a\" cannot follow a string"},
        {"{{ index .Fields.list 7 }}", "line 1, column 4: index: the list is shorter"},
        {"{{ index .Fields.list -1 }}", "line 1, column 4: index: the list is shorter"},
        {"{{ index .Fields.list .ID }}", "line 1, column 4: index: the place in a list is a string, no integer"},
        {"{{ index .Fields.map 1 }}", "line 1, column 4: index: the key is an integer, no string"},
        {"{{ index .Fields.number 1 }}", "line 1, column 4: index: an integer has no entries"},
        {"{{ len .Fields.number }}", "line 1, column 4: len: an integer has no length"},
        {"{{ slice .Fields.list 1 }}", "line 1, column 4: slice: JSON cannot be cut, a string can"},
        {"{{ range .Fields.quoted }}{{ end }}",
         "line 1, column 1: range goes over the tags, the fields, JSON or an integer, not over a string"},
    };
    const auto event = json_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render_template(row.text, event) == "failed: " + std::string{row.rendered});
    }
}

}  // namespace
}  // namespace tocsin::core
