#include "base/text_error.hpp"
#include "route/template.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

/// "offset: what", or "" when the template is sound.
std::string mistake(std::string_view text, std::uint32_t escape = TOCSIN_ESCAPE_NONE) {
    try {
        const Template compiled{text, escape};
        return "";
    } catch (const TextError& error) {
        return std::to_string(error.offset()) + ": " + error.what();
    }
}

struct Row {
    std::string_view text;
    std::size_t offset;
    std::string_view part;  ///< of the message
};

constexpr Row rows[] = {
    // tokens
    {"ab {{ .ID", 3, "the action is not closed"},
    {"{{ .ID }", 7, "\"}\""},
    {"{{{ .ID }}", 2, "\"{\""},
    {"a{{/* x }}", 1, "the comment is not closed"},
    {"{{/* x */ }}", 9, "only }} or -}} may follow"},
    {"{{ /* x */ }}", 3, "\"/\" where a value is expected"},
    {"{{ \"abc }}", 3, "the string is not closed"},
    {"{{ \"abc\n\" }}", 3, "the string is not closed"},
    {"{{ `abc }}", 3, "the string is not closed"},
    {"{{ 'a }}", 3, "the character is not closed"},
    {"{{ '' }}", 3, "exactly one character"},
    {"{{ 'ab' }}", 3, "exactly one character"},
    {"{{ \"a\\q\" }}", 5, "no escape sequence"},
    {"{{ \"\\'\" }}", 4, "no escape sequence"},
    {"{{ '\\\"' }}", 4, "no escape sequence"},
    {"{{ \"\\ud800\" }}", 4, "no escape sequence"},
    {"{{ \"\\400\" }}", 4, "no escape sequence"},
    {"{{ \"\\x4\" }}", 4, "no escape sequence"},
    {"{{ \"\\U00110000\" }}", 4, "no escape sequence"},
    {"{{ 9223372036854775808 }}", 3, "does not fit in 64 bits"},
    {"{{ -9223372036854775809 }}", 3, "does not fit in 64 bits"},
    {"{{ 1e999 }}", 3, "too large"},
    {"{{ 089 }}", 3, "no number"},
    {"{{ 1__0 }}", 3, "no number"},
    {"{{ 1_ }}", 3, "no number"},
    {"{{ 0x }}", 3, "no number"},
    {"{{ 0x1.8 }}", 3, "no number"},
    {"{{ 1a }}", 3, "no number"},
    {"{{ - }}", 3, "no number"},
    {"{{ 1i }}", 3, "imaginary"},
    {"{{ (.ID }}", 8, ") is missing"},
    {"{{ .ID) }}", 6, "never opened"},
    {"{{ .ID+1 }}", 6, "cannot stand in a name"},
    {"{{ .Tags.a-b }}", 10, "cannot stand in a name"},
    {"{{ print\x01 }}", 8, "cannot stand in a name"},
    {"{{ \x01 }}", 3, "cannot stand in an action"},
    // grammar
    {"{{ }}", 3, "a value is missing"},
    {"{{ | }}", 3, "\"|\" where a value is expected"},
    {"{{ .ID | }}", 9, "\"}}\" where a value is expected"},
    {"{{ () }}", 4, "a value is missing"},
    {"{{ if }}x{{ end }}", 6, "a value is missing in if"},
    {"{{ if .ID }}x{{ else if }}y{{ end }}", 24, "a value is missing in if"},
    {"a{{ if .ID }}x", 1, "has no {{ end }}"},
    {"a{{ if .ID }}x{{ else }}y", 1, "has no {{ end }}"},
    {"{{ if .ID }}x{{ else }}y{{ else }}z{{ end }}", 27, "a second else"},
    {"{{ if .ID }}x{{ end .ID }}", 20, "}} after end"},
    {"{{ end }}", 3, "without an if"},
    {"{{ else }}", 3, "without an if"},
    {"{{ if .ID }}x{{ end }}{{ end }}", 25, "without an if"},
    {"{{ range }}x{{ end }}", 9, "a value is missing in range"},
    {"{{ range .Tags }}x", 0, "this range has no {{ end }}"},
    {"a{{ with .Tags }}x{{ else }}y", 1, "this with has no {{ end }}"},
    {"{{ with .Tags }}x{{ else if .ID }}y{{ end }}", 25, "\"if\" where }} after else is expected"},
    {"{{ if .Tags }}x{{ else with .ID }}y{{ end }}", 23, "\"with\" where }} after else is expected"},
    {"{{ range .Tags }}x{{ else range .ID }}y{{ end }}", 26, "\"range\" where }} after else is expected"},
    {"{{ range .Tags }}{{ else }}{{ else }}{{ end }}", 30, "a second else"},
    {"{{ with }}x{{ end }}", 8, "a value is missing in with"},
    {"{{ break }}", 3, "\"break\" outside of a range"},
    {"{{ range .Tags }}{{ else }}{{ continue }}{{ end }}", 30, "\"continue\" outside of a range"},
    {"{{ range .Tags }}{{ block \"b\" . }}{{ break }}{{ end }}{{ end }}", 37, "\"break\" outside of a range"},
    {"{{ range .Tags }}{{ break 2 }}{{ end }}", 26, "\"2\" where }} after break is expected"},
    {"{{ template }}", 12, "\"}}\" where a name in quotes after template is expected"},
    {"{{ template x }}", 12, "\"x\" where a name in quotes"},
    {"{{ template \"x\" }}", 0, "there is no template \"x\", and none is defined"},
    {"{{ define \"cpu\" }}{{ end }}{{ template \"cpi\" }}", 27, "(did you mean \"cpu\"?)"},
    {"{{ define \"a\" }}{{ template \"b\" }}{{ end }}", 16, "there is no template \"b\""},
    {"{{ if .ID }}{{ define \"a\" }}{{ end }}{{ end }}", 15, "a define cannot stand inside something else"},
    {"{{ define \"a\" }}{{ define \"b\" }}{{ end }}{{ end }}", 19, "a define cannot stand inside"},
    {"{{ define \"a\" }}x", 0, "this define has no {{ end }}"},
    {"{{ define \"a\" }}x{{ else }}y{{ end }}", 20, "an else in a define"},
    {"{{ define \"a\" . }}{{ end }}", 14, "\".\" where }} after the name is expected"},
    {"{{ define \"a\" }}x{{ end }}{{ define \"a\" }}y{{ end }}", 26, "the template \"a\" is defined twice"},
    {"{{ block \"a\" }}x{{ end }}", 0, "a value is missing in block"},
    {"{{ block \"a\" . }}x", 0, "this block has no {{ end }}"},
    {"{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}", 45,
     "the template \"a\" invokes itself without end"},
    {"{{ define \"a\" }}{{ if . }}{{ template \"b\" }}{{ else }}{{ template \"a\" }}{{ end }}{{ end }}"
     "{{ define \"b\" }}{{ with . }}{{ end }}{{ template \"a\" }}{{ end }}x{{ with 1 }}{{ else }}{{ end }}{{ template "
     "\"b\" }}",
     186, "the template \"b\" invokes itself without end"},
    // variables
    {"{{ $x }}", 3, "there is no variable \"$x\" here"},
    {"{{ $hosts := 1 }}{{ $host }}", 20, "(did you mean \"$hosts\"?)"},
    {"{{ $x = 1 }}", 3, "there is no variable \"$x\" here"},
    {"{{ $x := $x }}", 9, "there is no variable \"$x\" here"},
    {"{{ if .ID }}{{ $x := 1 }}{{ end }}{{ $x }}", 37, "there is no variable \"$x\" here"},
    {"{{ with $x := .ID }}{{ end }}{{ $x }}", 32, "there is no variable \"$x\" here"},
    {"{{ range $i, $x := .Tags }}{{ end }}{{ $i }}", 39, "there is no variable \"$i\" here"},
    {"{{ $x := 1 }}{{ define \"a\" }}{{ $x }}{{ end }}", 32, "there is no variable \"$x\" here"},
    {"{{ $x, $y := .Tags }}", 5, "only a range sets two variables"},
    {"{{ with $x, $y := .Tags }}{{ end }}", 10, "only a range sets two variables"},
    {"{{ range $x, $y, $z := .Tags }}{{ end }}", 15, "a range sets two variables at most"},
    {"{{ range $x, .Tags }}{{ end }}", 13, "\".Tags\" where a second variable and := or = is expected"},
    {"{{ range $x, $y .Tags }}{{ end }}", 16, "\".Tags\" where a second variable and := or = is expected"},
    {"{{ $x := }}", 9, "a value is missing"},
    {"{{ $x := 1 }}{{ $x 2 }}", 19, "only a function takes arguments"},
    {"{{ $x := 1 }}{{ 2 | $x }}", 20, "only a function can follow |"},
    {"{{ $x : = 1 }}", 6, "\":\" where a value is expected"},
    {"{{ $x := .Name }}{{ $x.host }}", 22, "\".host\" cannot follow a string"},
    {"{{ $x := . }}{{ $x.Foo }}", 18, "the event has no field \".Foo\""},
    {"{{ .ID := 1 }}", 7, "\":=\""},
    {"{{ \"a\"\"b\" }}", 6, "is expected"},
    {"{{ (print \"a\")(print) }}", 14, "\"(\""},
    {"{{ true.x }}", 7, "a field cannot follow here"},
    {"{{ ..ID }}", 4, "a field cannot follow here"},
    {"{{ nil }}", 3, "nil cannot stand alone"},
    {"{{ if (nil) }}x{{ end }}", 7, "nil cannot stand alone"},
    {"{{ .ID | \"x\" }}", 9, "only a function can follow |"},
    {"{{ .ID | .Message }}", 9, "only a function can follow |"},
    {"{{ .ID \"x\" }}", 7, "only a function takes arguments"},
    {"{{ (print .ID) \"x\" }}", 15, "only a function takes arguments"},
    // names and types
    {"{{ .Foo }}", 3, "the event has no field \".Foo\" (known: .ID, .Message, "},
    {"{{ .id }}", 3, "(did you mean \".ID\"?)"},
    {"{{ print (.).Tgas }}", 12, "(did you mean \".Tags\"?)"},
    {"{{ .ID.x }}", 6, "\".x\" cannot follow a string"},
    {"{{ .Time.x }}", 8, "a time has no \".x\" (known: .Day, .Format, "},
    {"{{ .Tags.host.x }}", 13, "\".x\" cannot follow a string"},
    {"{{ .Time.Unixx }}", 8, "a time has no \".Unixx\" (did you mean \".Unix\"?)"},
    {"{{ .Duration.Second }}", 12, "(did you mean \".Seconds\"?)"},
    {"{{ .Time.Month.Name }}", 14, "a month has no \".Name\" (known: .String)"},
    {"{{ .Time.Format }}", 8, "Format takes 1 argument, not 0"},
    {"{{ .Time.Format \"a\" \"b\" }}", 8, "Format takes 1 argument, not 2"},
    {"{{ \"a\" | .Time.Format \"b\" }}", 14, "Format takes 1 argument, not 2"},
    {"{{ .Time.Unix 3 }}", 8, "Unix takes 0 arguments, not 1"},
    {"{{ .Time.Format 3 }}", 16, "Format takes a string, not an integer"},
    {"{{ .Duration.Round \"1m\" }}", 19, "Round takes a duration, not a string"},
    {"{{ .Duration.Round 1.5 }}", 19, "Round takes a duration, not a floating-point number"},
    {"{{ range .Tags }}{{ .host }}{{ end }}", 20, "\".host\" cannot follow a string"},
    {"{{ range .Tags }}{{ .ID }}{{ end }}", 20, "\".ID\" cannot follow a string"},
    {"{{ range $k, $v := .Tags }}{{ $v.ID }}{{ end }}", 32, "\".ID\" cannot follow a string"},
    {"{{ range .ID }}{{ end }}", 9, "range goes over the tags, the fields, JSON or an integer, not over a string"},
    {"{{ range . }}{{ end }}", 9, "not over the event"},
    {"{{ range .Time }}{{ end }}", 9, "not over a time"},
    {"{{ range $k, $v := 3 }}{{ end }}", 13, "a range over an integer sets one variable"},
    {"{{ with .Tags }}{{ .ID }}{{ .host.x }}{{ end }}", 33, "\".x\" cannot follow a string"},
    {"{{ with .Time }}{{ .ID }}{{ end }}", 19, "a time has no \".ID\""},
    {"{{ define \"a\" }}{{ .Foo }}{{ end }}{{ template \"a\" . }}", 19, "the event has no field \".Foo\""},
    {"{{ define \"a\" }}{{ .ID }}{{ end }}{{ template \"a\" . }}{{ template \"a\" .ID }}", 19,
     "\".ID\" cannot follow a string"},
    {"{{ define \"a\" }}{{ len 3 }}{{ end }}", 23, "len takes a string"},
    {"{{ slice 3 }}", 9, "slice takes a string, not an integer"},
    {"{{ slice .ID 1 2 3 }}", 3, "slice takes 1 to 3 arguments, not 4"},
    {"{{ slice .ID \"1\" }}", 13, "slice takes an integer as place, not a string"},
    {"{{ replace \"\" \"x\" .ID }}", 11, "replace looks for an empty text"},
    {"{{ replace \"a\" .ID }}", 3, "replace takes 3 arguments, not 2"},
    {"{{ upper .Tags }}", 9, "upper takes text, not the tags"},
    {"{{ default \"x\" }}", 3, "default takes 2 arguments, not 1"},
    {"{{ call .ID }}", 3, "there is no function \"call\""},
    {"{{ pritnf \"a\" }}", 3, "there is no function \"pritnf\" (did you mean \"printf\"?)"},
    {"{{ .ID | jsno }}", 9, "(did you mean \"json\"?)"},
    {"{{ print foo }}", 9, "there is no function \"foo\" (known: and, default, eq, "},
    {"{{ len }}", 3, "len takes 1 argument, not 0"},
    {"{{ .ID | len .ID }}", 9, "len takes 1 argument, not 2"},
    {"{{ print len }}", 9, "len takes 1 argument, not 0"},
    {"{{ ne 1 2 3 }}", 3, "ne takes 2 arguments, not 3"},
    {"{{ eq 1 }}", 3, "eq takes at least 2 arguments, not 1"},
    {"{{ and }}", 3, "and takes at least 1 argument, not 0"},
    {"{{ printf }}", 3, "printf takes at least 1 argument, not 0"},
    {"{{ len 3 }}", 7, "len takes a string, JSON, the tags or the fields, not an integer"},
    {"{{ len .Time }}", 7, "not a time"},
    {"{{ printf 1 }}", 10, "printf takes a string as format, not an integer"},
    {"{{ index .Tags 1 }}", 15, "index takes a string as key, not an integer"},
    {"{{ index .Tags nil }}", 15, "index takes a string as key, not a missing value"},
    {"{{ index .Tags \"a\" \"b\" }}", 19, "an integer as place in a string, not a string"},
    {"{{ index . \"ID\" }}", 9, "not the event"},
    {"{{ index .ID \"x\" }}", 13, "an integer as place in a string, not a string"},
    {"{{ eq 1 1.0 }}", 8, "eq cannot compare an integer with a floating-point number"},
    {"{{ eq .Level 3 }}", 13, "eq cannot compare a string with an integer"},
    {"{{ eq .Tags.port 80 }}", 17, "eq cannot compare a string with an integer"},
    {"{{ eq .Level \"OK\" 3 }}", 18, "eq cannot compare a string with an integer"},
    {"{{ eq .Tags .Tags }}", 6, "eq cannot compare the tags with the tags"},
    {"{{ lt true false }}", 6, "lt cannot compare a boolean with a boolean"},
    {"{{ lt .Time .Time }}", 6, "lt cannot compare a time with a time"},
    {"{{ gt .Duration \"5m\" }}", 16, "gt cannot compare a duration with a string"},
    {"{{ ge nil 1 }}", 6, "ge cannot compare a missing value with an integer"},
    {"{{ if false }}{{ .Foo }}{{ end }}", 17, "no field"},
    {"{{ levels .ID }}", 3, "levels is for MQTT topics only"},
};

TEST_CASE("mistakes are told with their place") {
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto told = mistake(row.text);
        CHECK(told.rfind(std::to_string(row.offset) + ": ", 0) == 0);
        CHECK_MESSAGE(told.find(row.part) != std::string::npos, told);
    }
}

TEST_CASE("text that is no UTF-8 is a mistake") {
    CHECK(mistake("ab\xff") == "2: a template must be UTF-8");
    CHECK(mistake("{{ \"\xc3\" }}") == "4: a template must be UTF-8");
}

TEST_CASE("what is too large or nested too deep is a mistake, quickly") {
    const auto repeat = [](std::string_view text, int count) {
        std::string all;
        for (int i = 0; i < count; ++i) all += text;
        return all;
    };
    CHECK(mistake(std::string(64 * 1024, 'x')).empty());
    CHECK(mistake(std::string(64 * 1024 + 1, 'x')) == "0: a template can have 64 KiB at most");

    CHECK(mistake("{{ " + repeat("(", 100) + "1" + repeat(")", 100) + " }}").empty());
    CHECK(mistake("{{ " + repeat("(", 101) + "1" + repeat(")", 101) + " }}") == "103: nested more than 100 deep");
    CHECK(mistake(repeat("{{if 1}}", 100) + repeat("{{end}}", 100)).empty());
    CHECK(mistake(repeat("{{if 1}}", 101) + repeat("{{end}}", 101)) == "800: nested more than 100 deep");
    CHECK(mistake("{{ 1" + repeat("|not", 99) + " }}").empty());
    CHECK(mistake("{{ 1" + repeat("|not", 100) + " }}") == "401: nested more than 100 deep");
    CHECK(mistake("{{ " + repeat("(1|not|not|", 90) + "1" + repeat(")", 90) + " }}").find("only a function") !=
          std::string::npos);
    CHECK(mistake("{{ " + repeat("(not ", 60) + "1" + repeat("|not)", 60) + " }}").find("nested") != std::string::npos);

    CHECK(mistake(repeat("{{range 1}}{{with 1}}", 50) + repeat("{{end}}", 100)).empty());
    CHECK(mistake(repeat("{{range 1}}{{with 1}}", 51) + repeat("{{end}}", 102)).find("nested more") !=
          std::string::npos);
    CHECK(mistake(repeat("{{block `a` 1}}", 101) + repeat("{{end}}", 101)) == "1500: nested more than 100 deep");
    CHECK(mistake("{{ " + repeat("($x := ", 101) + "1" + repeat(")", 101) + " }}").find("nested") != std::string::npos);

    std::string many;
    for (int i = 0; i < 201; ++i) many += "{{define \"" + std::to_string(i) + "\"}}{{end}}";
    CHECK(mistake(many).find("more than 200 templates are defined") != std::string::npos);
    CHECK(mistake(many.substr(0, many.rfind("{{define"))).empty());

    std::string chain;  // each invokes the next one with dots of many kinds
    for (int i = 0; i < 199; ++i) {
        const auto next = "{{template \"" + std::to_string(i + 1) + "\" ";
        chain += "{{define \"" + std::to_string(i) + "\"}}{{if .}}" + next + ".}}" + next + "1}}" + next + "``}}" +
                 next + "1.}}" + next + "$.Tags}}" + next + "true}}{{end}}{{end}}";
    }
    chain += "{{define \"199\"}}{{end}}{{template \"0\" .}}";
    CHECK(mistake(chain).find("cannot follow") != std::string::npos);
    std::string circle;
    for (int i = 0; i < 200; ++i)
        circle +=
            "{{define \"" + std::to_string(i) + "\"}}{{template \"" + std::to_string((i + 7) % 200) + "\" .}}{{end}}";
    CHECK(mistake(circle + "{{template \"3\" .}}").find("without end") != std::string::npos);
    CHECK(mistake(circle).empty());
    CHECK(mistake("{{$x := 1}}" + repeat("{{$x = $x}}{{with $x := $x}}{{end}}", 1500)).empty());
    CHECK(mistake(repeat("{{$x := 1}}", 5000)).empty());

    CHECK(mistake("{{if 1}}" + repeat("{{else if 1}}", 4000) + "{{end}}").empty());
    CHECK(mistake("{{ print" + repeat(" 1", 30000) + " }}").empty());
    CHECK(mistake("{{ " + repeat("1", 65000) + " }}").find("64 bits") != std::string::npos);
    CHECK(mistake("{{ ." + repeat("x", 65000) + " }}").find("no field") != std::string::npos);
    CHECK(mistake(repeat("{", 65536)).find("where a value is expected") != std::string::npos);
    CHECK(mistake(repeat("{{-", 20000)).find("no number") != std::string::npos);
}

}  // namespace
}  // namespace tocsin::core
