#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace tocsin::testing;

TEST_CASE("a rendering that fails or has no end is a dead letter with its reason, and no other handler waits") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url()) + task_log_section(port)};
    const auto handler = [&](const std::string& id, const std::string& topic, const std::string& payload) {
        site.handler(id + ".yaml", "id: " + id + "\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: '" + topic +
                                       "'\n  payload: '" + payload + "'\n");
    };
    handler("endless", "t", "{{ range 1000000000 }}{{ end }}");
    handler("large", "t", "a\n\n{{ range 1000 }}{{ printf \"%2000d\" . }}{{ end }}");
    handler("short", "t", "{{ index .TaskName 1000 }}");
    handler("deep", "t", "{{ define \"x\" }}{{ if $ }}{{ template \"x\" . }}{{ end }}{{ end }}{{ template \"x\" . }}");
    handler("topic", "{{ range .Tags.none }}x{{ end }}", "x");
    handler("sound", "t",
            "{{ range $name, $value := .Tags }}{{ if eq $name \"hostName\" }}{{ $value }}{{ end }}{{ end }}");
    Router router{site.config()};
    const Subscriber subscriber{broker->observer_port()};
    router.wait_for("connected");
    send_udp(port, failed_line.text());
    const auto dead = [&](const std::string& id, const std::string& reason) {
        const auto line = router.wait_for(reason);
        INFO(line.raw);
        CHECK(line.raw.find("dead letter") != std::string::npos);
        CHECK(line.raw.find('"' + id + '"') != std::string::npos);
    };
    dead("endless", "line 1, column 1: more than 500,000 steps");
    dead("large", "column 20: the text is larger than 1 MiB");
    dead("short", "line 1, column 4: index: the string is shorter");
    dead("deep", "more than 1,000 deep");
    dead("topic", "the MQTT topic is empty");
    CHECK(subscriber.wait_for(1) == std::vector<Message>{{"t", "sense1", 0, false}});
    CHECK(router.stop().code == 0);
    CHECK(subscriber.messages().size() == 1);
}

TEST_CASE("the examples of templates send what their comments say") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url()) + task_log_section(port, "time-zone = \"UTC\"\n")};
    const std::filesystem::path examples = std::filesystem::path{setting("TOCSIN_SOURCE")} / "handlers/examples";
    for (const auto* name : {"range.yaml", "with.yaml", "variables.yaml", "define.yaml", "time_format.yaml",
                             "text_functions.yaml", "json_field.yaml"})
        site.handler(name, read_text(examples / name));
    Router router{site.config()};
    const Subscriber subscriber{broker->observer_port()};
    router.wait_for("connected");
    send_udp(port, failed_line.text());
    auto got = subscriber.wait_for(7);
    CHECK(router.stop().code == 0);
    std::sort(got.begin(), got.end(), [](const auto& a, const auto& b) { return a.topic < b.topic; });
    const std::vector<Message> expected{
        {"examples/2024/05/06", "Mon 6 May 2024 07:08:09 UTC (1714979289), failing for 0s", 0, false},
        {"examples/app-tags", "no tags", 0, false},
        {"examples/person", R"(task "Reload sales" of user "LAB\goran")", 0, false},
        {"examples/sense1", "CRITICAL: Reload_sales", 0, false},
        {"examples/tag-names",
         "appId, appName, executionId, hostName, logLevel, logMessage, logTimeStamp, outcome, taskId, taskName, "
         "taskType, "
         "user",
         0, false},
        {"examples/tags",
         "Reload sales:\n  appId is e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e\n  appName is Sales app\n"
         "  executionId is 00000001-1111-4222-8333-444444444444\n  hostName is sense1\n  logLevel is ERROR\n"
         "  logMessage is Max retries reached\n  logTimeStamp is 2024-05-06 07:08:09,123\n  outcome is failed\n"
         "  taskId is 7552d9fc-d1bb-4975-9a38-18357de531ea\n  taskName is Reload sales\n  taskType is unknown\n"
         "  user is LAB\\goran",
         0, false},
        {"examples/who", R"(LAB\goran started Reload sales)", 0, false},
    };
    CHECK(got == expected);
}
