#include "route/payload.hpp"

#include "route/template_test_event.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

/// Makes nodes as a reader of files does: each further one stands on the next line.
class Nodes {
  public:
    Node text(std::string value) {
        auto node = make(Node::Kind::string);
        node.text = std::move(value);
        node.verbatim = true;
        return node;
    }
    Node list(std::vector<Node> values) {
        auto node = make(Node::Kind::list);
        node.list = std::move(values);
        return node;
    }
    Node names(const std::vector<std::string>& values) {
        std::vector<Node> entries;
        for (const auto& value : values) entries.push_back(text(value));
        return list(std::move(entries));
    }
    Node table(std::string key, Node value) {
        auto node = make(Node::Kind::table);
        const auto where = node.where;
        node.table.push_back({std::move(key), where, std::move(value)});
        return node;
    }
    Node make(Node::Kind kind) {
        Node node;
        node.kind = kind;
        node.where = {file_, ++line_, 1};
        return node;
    }

  private:
    std::shared_ptr<const std::string> file_ = std::make_shared<const std::string>("h.yaml");
    int line_ = 0;
};

std::string render(const Node& node, const Event& event) {
    Mistakes mistakes;
    const auto payload = Payload::compile(node, TOCSIN_ESCAPE_NONE, "options.payload", mistakes);
    std::ostringstream told;
    mistakes.print(told);
    if (!payload) return "mistakes: " + told.str();
    REQUIRE(told.str().empty());
    std::string out = "before ";
    const auto failure = payload->render(event, out);
    return failure ? "failed: " + *failure : out.substr(7);
}

std::string mistakes_in(const Node& node, std::uint32_t escape = TOCSIN_ESCAPE_NONE) {
    Mistakes mistakes;
    const auto payload = Payload::compile(node, escape, "options.payload", mistakes);
    CHECK(payload.has_value() == mistakes.empty());
    std::ostringstream told;
    mistakes.print(told);
    return told.str();
}

TEST_CASE("a string is a template") {
    Nodes nodes;
    const auto event = template_test_event();
    CHECK(render(nodes.text("{{ .Tags.host }}: {{ .Level }}"), event) == "db1: CRITICAL");
    CHECK(render(nodes.text("{{ len .Fields.up }}"), event) ==
          "failed: line 1, column 4: len: a boolean has no length");
    CHECK(render(nodes.text(""), event).empty());

    auto number = nodes.make(Node::Kind::integer);
    number.text = "42";
    number.plain = true;
    CHECK(render(number, event) == "42");
}

TEST_CASE("a template's mistakes stand at their place in the file") {
    Nodes nodes;
    CHECK(mistakes_in(nodes.text("å{{ .Foo }}"))
              .rfind("h.yaml:1:5: options.payload: the event has no field \".Foo\"", 0) == 0);
    CHECK(mistakes_in(nodes.text("a/#"), TOCSIN_ESCAPE_MQTT_TOPIC).rfind("h.yaml:2:3: options.payload: ", 0) == 0);
    CHECK(mistakes_in(nodes.text("{{ .ID | levels }}"), TOCSIN_ESCAPE_MQTT_TOPIC).empty());
    CHECK_FALSE(mistakes_in(nodes.text("{{ .ID | levels }}")).empty());
}

TEST_CASE("a table of templates is one object of strings, in the order of the file") {
    Nodes nodes;
    const auto event = template_test_event();
    const auto render_table = [&](const Node& node) {
        Mistakes mistakes;
        const auto payload = Payload::compile_table(node, "options.properties", mistakes);
        REQUIRE(payload);
        std::string out = "before ";
        const auto failure = payload->render(event, out);
        return failure ? "failed: " + *failure : out.substr(7);
    };
    auto table = nodes.table("z \"1\"", nodes.text("{{ .Level }}"));
    table.table.push_back({"a", table.where, nodes.text("{{ .Message }}")});
    table.table.push_back({"", table.where, nodes.text("")});
    CHECK(render_table(table) == R"({"z \"1\"":"CRITICAL","a":"disk \"full\" <90%> å\n","":""})");
    CHECK(render_table(nodes.make(Node::Kind::table)) == "{}");
    CHECK(render_table(nodes.table("a", nodes.text("{{ len .Fields.up }}"))) ==
          "failed: line 1, column 4: len: a boolean has no length");

    auto wrong = nodes.table("a", nodes.text("{{ .Foo }}"));
    wrong.table.push_back({"b", wrong.where, nodes.text("{{")});
    Mistakes mistakes;
    CHECK_FALSE(Payload::compile_table(wrong, "options.properties", mistakes));
    std::ostringstream told;
    mistakes.print(told);
    CHECK(told.str().find(": options.properties.a: the event has no field \".Foo\"") != std::string::npos);
    CHECK(told.str().find(": options.properties.b: ") != std::string::npos);
}

TEST_CASE("json: event is Kapacitor's AlertData") {
    Nodes nodes;
    const auto event = template_test_event();
    CHECK(
        render(nodes.table("json", nodes.text("event")), event) ==
        R"({"id":"id/1+#","message":"disk \"full\" \u003c90%\u003e å\n","details":"","time":"2023-11-14T22:13:20.5Z",)"
        R"("duration":90000000000,"level":"CRITICAL","data":{"series":[{"name":"cpu","tags":{"b":"2","empty":"",)"
        R"("host":"db1"},"columns":["time","big","count","million","text","up","value","zero"],)"
        R"("values":[["2023-11-14T22:13:20.5Z",1e+21,42,1000000,"hey",true,1.5,0]]}]},"previousLevel":"WARNING",)"
        R"("recoverable":true})");
}

TEST_CASE("json with a list is one object in that order") {
    Nodes nodes;
    const auto event = template_test_event();
    CHECK(render(nodes.table("json", nodes.names({"host", "value", "count", "up", "text", "empty"})), event) ==
          R"({"host":"db1","value":1.5,"count":42,"up":true,"text":"hey","empty":""})");
    CHECK(render(nodes.table("json", nodes.names({"missing"})), event) == "{}");
    CHECK(render(nodes.table("json", nodes.names({"missing", "host", "none", "b"})), event) ==
          R"({"host":"db1","b":"2"})");
    CHECK(render(nodes.table("json", nodes.names({".ID", ".Message", ".Level", ".PreviousLevel", ".Time", ".Duration",
                                                  ".Details", ".Name", ".TaskName", ".Group", ".Topic"})),
                 event) ==
          R"({"id":"id/1+#","message":"disk \"full\" <90%> å\n","level":"CRITICAL","previousLevel":"WARNING",)"
          R"("time":"2023-11-14T22:13:20.5Z","duration":90000000000,"details":"","name":"cpu","taskName":"t1",)"
          R"("group":"nil","topic":"system"})");
}

TEST_CASE("entries of json can be renamed") {
    Nodes nodes;
    const auto event = template_test_event();
    const auto node = nodes.table(
        "json", nodes.list({nodes.table("server \"1\"", nodes.text("host")), nodes.table("host", nodes.text(".ID")),
                            nodes.table("gone", nodes.text("missing")), nodes.text("b")}));
    CHECK(render(node, event) == R"({"server \"1\"":"db1","host":"id/1+#","b":"2"})");
}

TEST_CASE("a tag comes before a field of the same name, and JSON fields are written out") {
    auto draft = template_test_draft();
    draft.tag("both", "tag");
    draft.field("both", "field");
    draft.json_field("tags", R"([{"a":1}])");
    draft.field("nan", 0.0 / 0.0);
    const Event event{draft.to_abi(), Stamp{}};
    Nodes nodes;
    CHECK(render(nodes.table("json", nodes.names({"both", "tags", "nan", "b"})), event) ==
          R"({"both":"tag","tags":[{"a":1}],"nan":null,"b":"2"})");
}

TEST_CASE("Butler's full message of a failed task, byte for byte") {
    EventDraft draft;
    draft.topic = "qlik.task";
    draft.id = "7552d9fc-d1bb-4975-9a38-18357de531ea";
    draft.tag("hostName", "sense1");
    draft.tag("user", "LAB\\goran");
    draft.tag("taskName", "Reload sales");
    draft.tag("taskId", "7552d9fc-d1bb-4975-9a38-18357de531ea");
    draft.tag("appName", "Sales app");
    draft.tag("appId", "e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e");
    draft.tag("logTimeStamp", "2024-05-06 07:08:09,123");
    draft.tag("logLevel", "ERROR");
    draft.tag("executionId", "00000001-1111-4222-8333-444444444444");
    draft.tag("logMessage", "Max retries reached");
    draft.tag("outcome", "failed");
    const Event event{draft.to_abi(), Stamp{}};
    Nodes nodes;
    const auto node =
        nodes.table("json", nodes.names({"hostName", "user", "taskName", "taskId", "appName", "appId", "logTimeStamp",
                                         "logLevel", "executionId", "logMessage", "qs_appTags", "qs_taskMetadata"}));
    CHECK(render(node, event) ==
          R"({"hostName":"sense1","user":"LAB\\goran","taskName":"Reload sales",)"
          R"("taskId":"7552d9fc-d1bb-4975-9a38-18357de531ea","appName":"Sales app",)"
          R"("appId":"e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e","logTimeStamp":"2024-05-06 07:08:09,123",)"
          R"("logLevel":"ERROR","executionId":"00000001-1111-4222-8333-444444444444",)"
          R"("logMessage":"Max retries reached"})");
    CHECK(render(nodes.text("{{ .Tags.taskName }}"), event) == "Reload sales");
}

TEST_CASE("mistakes in payloads are told with their place, all of them") {
    Nodes nodes;
    CHECK(mistakes_in(nodes.make(Node::Kind::boolean))
              .rfind("h.yaml:1:1: options.payload: must be a template or a table", 0) == 0);
    CHECK(mistakes_in(nodes.make(Node::Kind::list)).find("not a list") != std::string::npos);
    CHECK(mistakes_in(nodes.make(Node::Kind::table)).find("not an empty table") != std::string::npos);
    CHECK(mistakes_in(nodes.table("jsn", nodes.text("event")))
              .find("options.payload.jsn: there is no such key (did you mean \"json\"?)") != std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.text("evnt"))).find("options.payload.json: must be the word event") !=
          std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.list({}))).find("options.payload.json: the list is empty") !=
          std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.names({".TaskNam"}))).find("(did you mean \".TaskName\"?)") !=
          std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.names({""}))).find("an entry cannot be empty") != std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.list({nodes.table("", nodes.text("host"))})))
              .find("a key cannot be empty") != std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.list({nodes.make(Node::Kind::table)}))).find("one pair") !=
          std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.list({nodes.list({})}))).find("not a list") != std::string::npos);
    CHECK(mistakes_in(nodes.table("json", nodes.list({nodes.table("a", nodes.table("b", nodes.text("c")))})))
              .find("not a table") != std::string::npos);

    auto two = nodes.table("json", nodes.text("event"));
    two.table.push_back({"other", two.where, nodes.text("x")});
    CHECK(mistakes_in(two).find("options.payload.other") != std::string::npos);

    // TOCSIN_ESCAPE_MQTT_TOPIC takes templates only
    CHECK(mistakes_in(nodes.table("json", nodes.text("event")), TOCSIN_ESCAPE_MQTT_TOPIC)
              .find("must be a template, such as") != std::string::npos);

    Nodes other;
    const auto doubled = other.table(
        "json", other.list({other.text("a"), other.text(".Nam"), other.text("a"), other.table("a", other.text("b"))}));
    CHECK(mistakes_in(doubled) ==
          "h.yaml:2:1: options.payload.json: the event has no \".Nam\" of its own (did you mean \".Name\"?)\n"
          "h.yaml:3:1: options.payload.json: the key \"a\" is there already in line 1\n"
          "h.yaml:5:1: options.payload.json: the key \"a\" is there already in line 1\n");
    CHECK(mistakes_in(other.table("json", other.names({"name", ".Name"}))).find("the key \"name\" is there already") !=
          std::string::npos);
}

}  // namespace
}  // namespace tocsin::core
