#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/process.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin::testing;

TEST_CASE("user properties and message expiry travel from a handler file to a subscriber") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url(), "protocol = 5\nqos = 1\nretained = true\n") +
                    task_log_section(port)};
    site.handler("h.yaml",
                 "id: h\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: t\n  payload: '{{ .Level }}'\n"
                 "  message-expiry: 1h\n"
                 "  user-properties:\n    zone: '{{ .TaskName }}'\n    app: \"a\\\"b\"\n    number: 7\n");
    Router router{site.config()};
    send_udp(port, failed_line.text());
    const auto seen = run({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker->port()), "-V", "5", "-t",
                           "#", "-C", "1", "-W", "20", "-F", "%t %q %p [%P] %E"});
    const auto expected = "t 0 CRITICAL [zone:" + std::string{failed_line.task_name} + " app:a\"b number:7] ";
    INFO(seen.out);
    CHECK(seen.out.rfind(expected, 0) == 0);
    CHECK(seen.out.size() > expected.size() + 3);  // up to 3600 seconds are left
    CHECK(router.stop().code == 0);
}

TEST_CASE("what only MQTT 5 has, and what is no table of templates, are mistakes at their places") {
    const Site site{
        "[[mqtt]]\nenabled = true\nname = \"old\"\nurl = \"tcp://127.0.0.1:1\"\ndefault = true\n"
        "[[mqtt]]\nenabled = true\nname = \"new\"\nurl = \"tcp://127.0.0.1:1\"\nprotocol = \"5\"\n"};
    site.handler("a.yaml",
                 "id: a\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  message-expiry: 5s\n  user-properties:\n"
                 "    a: b\n");
    site.handler("b.yaml",
                 "id: b\ntopic: t\nkind: mqtt\noptions:\n  broker-name: new\n  topic: x\n  message-expiry: 500ms\n"
                 "  user-properties:\n    a: '{{ .Foo }}'\n    b: [c]\n");
    site.handler("c.yaml",
                 "id: c\ntopic: t\nkind: mqtt\noptions:\n  broker-name: new\n  topic: x\n  user-properties: a\n");
    site.handler("d.yaml",
                 "id: d\ntopic: t\nkind: mqtt\noptions:\n  broker-name: new\n  topic: x\n  user-properties:\n"
                 "    a: '{{ .Foo }}'\n");
    const auto checked = site.check();
    CHECK(checked.code == 1);
    const auto told = checked.out + checked.err;
    INFO(told);
    const auto holds = [&](const std::string& part) { return told.find(part) != std::string::npos; };
    CHECK(holds("a.yaml:6:19: options.message-expiry: needs MQTT 5, and the broker \"old\""));
    CHECK(holds("a.yaml:8:5: options.user-properties: needs MQTT 5"));
    CHECK(holds("b.yaml:7:19: options.message-expiry: must be a duration from 1s"));
    CHECK(holds("b.yaml:10:8: options.user-properties.b: must be a template (a string), not a list"));
    CHECK(holds("c.yaml:7:20: options.user-properties: must be a table of templates"));
    CHECK(holds("d.yaml:8:12: options.user-properties.a: the event has no field \".Foo\""));
}
