#include "base/text_error.hpp"
#include "route/template.hpp"
#include "route/template_test_event.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

using namespace std::string_view_literals;

struct Row {
    std::string_view text;
    std::string_view result;
};

std::string render(std::string_view text, const Event& event) {
    std::string out = "before ";
    const auto failure = Template{text, TOCSIN_ESCAPE_MQTT_TOPIC}.render(event, out);
    if (failure) return out == "before " ? "failed: " + *failure : "failed and left " + out;
    return out.substr(7);
}

std::string mistake(std::string_view text) {
    try {
        const Template compiled{text, TOCSIN_ESCAPE_MQTT_TOPIC};
        return "";
    } catch (const TextError& error) {
        return std::to_string(error.offset()) + ": " + error.what();
    }
}

TEST_CASE("values in MQTT topics are encoded") {
    static constexpr Row rows[] = {
        {"site/alerts", "site/alerts"},
        {"site/{{ .ID }}/x", "site/id%2F1%2B%23/x"},
        {"{{ .Message }}", "disk \"full\" <90%25> å%0A"},
        {"{{ .Fields.big }}", "1e%2B21"},
        {"{{ .Tags }}", "map[b:2 empty: host:db1]"},
        {"{{ .Tags.missing }}", "<no value>"},
        {"{{ \"a/b\" }}", "a%2Fb"},
        {R"({{ printf "%s/%s" .Name .ID }})", "cpu%2Fid%2F1%2B%23"},
        {"a{{ .Tags.empty }}/b", "a/b"},
        {"100%/$x", "100%/$x"},
        // levels
        {"{{ .ID | levels }}", "id/1%2B%23"},
        {"{{ levels .ID }}", "id/1%2B%23"},
        {"{{ (.ID | levels) }}", "id/1%2B%23"},
        {"site/{{ .Tags.empty | levels }}/x", "site/%-/x"},
        {"{{ \"/a//b/\" | levels }}", "%-/a/%-/b/%-"},
        {"{{ 3 | levels }}", "3"},
        {"{{ .Tags.missing | levels }}", "<no value>"},
        {R"({{ printf "%s/%s" .Name .ID | levels }})", "cpu/id/1%2B%23"},
        // levels, and then something else
        {"{{ .ID | levels | print }}", "id%2F1%2B%23"},
        {"{{ print (levels .ID) }}", "id%2F1%2B%23"},
        {"{{ or (levels .ID) \"x\" }}", "id%2F1%2B%23"},
        {"{{ .ID | levels | or \"\" }}", "id%2F1%2B%23"},
        {"{{ if levels .ID }}yes{{ end }}", "yes"},
        {"{{ $x := .ID | levels }}{{ $x }}", "id%2F1%2B%23"},
        {"{{ $x := levels .ID }}{{ $x | levels }}", "id/1%2B%23"},
        {"{{ with .ID | levels }}{{ . }}{{ end }}", "id%2F1%2B%23"},
        {R"({{ define "t" }}{{ . }}/{{ . | levels }}{{ end }}{{ template "t" .ID | levels }})",
         "id%2F1%2B%23/id/1%2B%23"},
        {"{{ range (levels .ID | len) }}{{ . }}{{ end }}", "012345"},
        // all ways into a topic
        {"{{ range $k, $v := .Tags }}{{ $k }}/{{ $v }}/{{ end }}x", "b/2/empty//host/db1/x"},
        {"{{ range .Fields }}{{ . }}.{{ end }}", "1e%2B21.42.1e%2B06.hey.true.1.5.0."},
        {"{{ $x := .ID }}{{ $x }}/{{ $x = print $x $x }}{{ $x }}", "id%2F1%2B%23/id%2F1%2B%23id%2F1%2B%23"},
        {R"({{ block "b" .ID }}{{ . }}{{ end }})", "id%2F1%2B%23"},
        {"{{ slice .ID 2 4 }}", "%2F1"},
        {"{{ index .ID 2 }}", "47"},
        {R"({{ println "+" }})", "%2B%0A"},
        {R"({{ urlquery "a b/+" }}{{ html "+" }}{{ js "#" }})", "a%2Bb%252F%252B%2B%23"},
        {R"({{ replace "d" "/" .ID }}{{ "#" | default "x" }}{{ upper "+a" }}{{ lower "/A" }})",
         "i%2F%2F1%2B%23%23%2BA%2Fa"},
        {R"({{ .Time.Format "2006/01/02+#" }})", "2023%2F11%2F14%2B%23"},
        {R"({{ .Time.Format "2006/01/02" | levels }})", "2023/11/14"},
        {"{{ .Time.String }}", "2023-11-14 22:13:20.5 %2B0000 UTC"},
    };
    const auto event = template_test_event();
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(render(row.text, event) == row.result);
    }
}

TEST_CASE("topics that cannot be published to fail") {
    const auto event = template_test_event();
    CHECK(render("{{ .Tags.empty }}", event) == "failed: the MQTT topic is empty");
    CHECK(render("{{ if .Tags.empty }}a{{ end }}", event) == "failed: the MQTT topic is empty");
    CHECK(render("{{ \"$SYS\" }}/x", event).find("begins with $") != std::string::npos);
    CHECK(render("{{ .Tags.empty }}$x", event).find("begins with $") != std::string::npos);
    CHECK(render(R"({{ printf "%65535d" 1 }})", event).size() == 65'535);
    CHECK(render(R"(x{{ printf "%65535d" 1 }})", event).find("65,535 bytes") != std::string::npos);

    // the bytes after encoding count
    auto draft = template_test_draft();
    const std::string slashes(21'846, '/');
    draft.id = slashes;
    const Event large{draft.to_abi(), Stamp{}};
    CHECK(render("{{ .ID }}", large).find("65,535 bytes") != std::string::npos);
}

TEST_CASE("JSON that is looked into is data as well") {
    auto draft = template_test_draft();
    draft.json_field("list", R"(["a/b","#\u002b\u0000",{"k/":"v/+"}])");
    const Event event{draft.to_abi(), Stamp{}};
    CHECK(render("{{ range .Fields.list }}{{ . }}/{{ end }}x", event) == R"(a%2Fb/%23%2B%00/{"k%2F":"v%2F%2B"}/x)");
    CHECK(render("{{ range $k, $v := index .Fields.list 2 }}{{ $k }}{{ $v }}{{ end }}", event) == "k%2Fv%2F%2B");
    CHECK(render("{{ index .Fields.list 0 | levels }}", event) == "a/b");
}

TEST_CASE("literal text that makes no topic is a mistake") {
    const std::string largest(65'535, 'a');
    CHECK(mistake(largest).empty());
    CHECK(mistake(largest + "a") == "0: the MQTT topic is longer than 65,535 bytes");
    CHECK(mistake("{{if 1}}" + std::string(65'000, 'a') + "{{else}}b{{end}}").empty());

    static constexpr Row rows[] = {
        {"", "0: the MQTT topic is empty"},
        {"{{/* nothing */}}", "0: the MQTT topic is empty"},
        {"{{ if .ID }}{{ else }}{{ end }}", "0: the MQTT topic is empty"},
        {"$SYS/x", "0: the MQTT topic begins with $"},
        {" {{- /* */ -}} $x", "15: the MQTT topic begins with $"},
        {"{{ if .ID }}$x{{ end }}", "12: the MQTT topic begins with $"},
        {"{{ if .ID }}a{{ else }}$x{{ end }}", "23: the MQTT topic begins with $"},
        {"{{ if .ID }}{{ end }}$x", "21: the MQTT topic begins with $"},
        {"a/+/b", "2: an MQTT topic that is published to cannot hold the wildcards"},
        {"å/{{ .ID }}/#", "13: an MQTT topic that is published to cannot hold the wildcards"},
        {"{{ if .ID }}x{{ else if .Name }}y{{ else }}#{{ end }}", "43: an MQTT topic that"},
        {"a\0b"sv, "1: an MQTT topic cannot hold control characters"},
        {"a/b\n", "3: an MQTT topic cannot hold control characters"},
        {"{{ .Foo }}", "3: the event has no field"},
        {"{{ .ID | level }}", "9: there is no function \"level\" (did you mean \"levels\"?)"},
        {R"({{ define "t" }}a/#{{ end }}b)", "18: an MQTT topic that is published to cannot hold the wildcards"},
        {R"({{ define "t" }}+{{ end }}x{{ template "t" }})", "16: an MQTT topic that"},
        {R"({{ define "t" }}$x{{ end }}{{ template "t" }})", "16: the MQTT topic begins with $"},
        {R"({{ define "t" }}{{ end }}{{ template "t" }}$x)", "43: the MQTT topic begins with $"},
        {R"({{ define "t" }}{{ end }}{{ template "t" }})", "0: the MQTT topic is empty"},
        {"{{ range .Tags }}$x{{ end }}", "17: the MQTT topic begins with $"},
        {"{{ with .ID }}{{ end }}{{ $x := 1 }}{{ range .Tags }}{{ end }}$x", "62: the MQTT topic begins with $"},
        {"a{{ range .Tags }}+{{ else }}b{{ end }}", "18: an MQTT topic that"},
        {"a{{ range .Tags }}b{{ else }}#{{ end }}", "29: an MQTT topic that"},
        {"{{ range .Tags }}{{ end }}{{ $x := .ID }}", "0: the MQTT topic is empty"},
        {"{{ levels }}", "3: levels takes 1 argument, not 0"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto told = mistake(row.text);
        CHECK_MESSAGE(told.rfind(row.result, 0) == 0, told);
    }
    CHECK(mistake("{{ .Tags.empty }}$x").empty());
    CHECK(mistake("{{ if .ID }}a{{ end }}$x").empty());
    CHECK(mistake("x$").empty());
    CHECK(mistake(R"({{ define "t" }}$x{{ end }}a{{ template "t" }})").empty());
    CHECK(mistake(R"({{ define "t" }}{{ if . }}{{ template "t" }}{{ end }}{{ end }}{{ template "t" . }}$x)").empty());
    CHECK(mistake("{{ define `t` }}" + largest.substr(0, 40'000) + "{{ end }}{{ template `t` }}{{ template `t` }}") ==
          "0: the MQTT topic is longer than 65,535 bytes");
}

}  // namespace
}  // namespace tocsin::core
