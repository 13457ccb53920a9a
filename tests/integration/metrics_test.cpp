#include "counts.hpp"
#include "datagrams.hpp"
#include "support/exposition.hpp"
#include "support/http_client.hpp"
#include "support/mosquitto.hpp"
#include "support/reload_site.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

std::string http_section(std::uint16_t port) { return "[http]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\n"; }

Exposition scrape(std::uint16_t port) {
    const auto answer = http_get(port, "/metrics");
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
    return Exposition{answer.body};
}

std::string mqtt_handler(const std::string& id, const std::string& broker, const std::string& topic,
                         const std::string& more = "") {
    return "id: " + id + "\ntopic: qlik.task\nkind: mqtt\n" + more + "options:\n  broker-name: " + broker +
           "\n  topic: '" + topic + "'\n  qos: 1\n";
}

/// Both laws of the counters, for every source and every handler.
void check_laws(const Exposition& metrics) {
    const auto sources = metrics.labels_of("tocsin_source_received_total");
    const auto handlers = metrics.labels_of("tocsin_deliveries_created_total");
    CHECK_FALSE(sources.empty());
    CHECK_FALSE(handlers.empty());
    for (const auto& labels : sources) {
        CAPTURE(labels.at("name"));
        double sum = 0;
        for (const std::string what : {"malformed", "duplicate", "limited", "refused", "unmatched", "matched"})
            sum += metrics.sum("tocsin_source_" + what + "_total", labels);
        CHECK(metrics.sum("tocsin_source_received_total", labels) == sum);
    }
    for (const auto& labels : handlers) {
        CAPTURE(labels.at("handler"));
        double begun = 0;
        for (const std::string what : {"created", "recovered", "requeued"})
            begun += metrics.sum("tocsin_deliveries_" + what + "_total", labels);
        double sum = metrics.sum("tocsin_deliveries_pending", labels);
        for (const std::string what : {"delivered", "dead", "dropped"})
            sum += metrics.sum("tocsin_deliveries_" + what + "_total", labels);
        CHECK(begun == sum);
    }
}

struct Case {
    std::unique_ptr<Mosquitto> plant = Mosquitto::started();
    Mosquitto office;
    std::uint16_t port = free_port(Protocol::udp);
    std::uint16_t http = free_port(Protocol::tcp);
    Site site{http_section(http) + mqtt_section("plant", plant->url(), "default = true") +
              mqtt_section("office", office.url()) + task_log_section(port, "rate-limit = 60")};
    unsigned sent = 0;

    Case() {
        site.handler("plant.yaml", mqtt_handler("to-plant", "plant", "plant/{{ .ID }}"));
        site.handler("office.yaml", mqtt_handler("to-office", "office", "office"));
        // A topic that begins with "$" is rejected.
        site.handler("dead.yaml",
                     mqtt_handler("dead", "plant", "{{ .Tags.appName }}", "match: '\"appName\" == \"taskName\"'\n"));
    }

    void send(const std::string& text) {
        send_udp(port, text);
        ++sent;
    }

    void send_failures(unsigned first, unsigned count) {
        for (unsigned i = first; i < first + count; ++i) {
            auto line = failed_line;
            line.execution_id = guid(i);
            send(line.text());
        }
    }

    double received() const { return scrape(http).sum("tocsin_source_received_total"); }

    void wait_for_received() const {
        REQUIRE(wait_until([&] { return received() == sent; }));
    }
};

}  // namespace

TEST_CASE("the numbers add up for every source and handler, with one broker down and all kinds of events") {
    Case one;
    const Router router{one.site.config()};
    check_laws(scrape(one.http));

    const Subscriber plant{one.plant->observer_port(), "plant/#"};
    for (unsigned i = 0; i < 20; ++i) {
        one.send_failures(1 + i, 1);
        const auto between = scrape(one.http);
        CHECK(between.sum("tocsin_source_received_total") <= one.sent);
    }
    for (int i = 0; i < 3; ++i) one.send("no message of Qlik Sense");
    one.send_failures(1, 5);
    for (int i = 0; i < 4; ++i) one.send(session_start_line);
    auto dead = failed_line;
    dead.execution_id = guid(900);
    dead.app_name = dead.task_name = "$SYS";
    one.send(dead.text());
    one.wait_for_received();
    one.send_failures(1000, 50);
    one.wait_for_received();

    const auto delivered = [&](const std::string& handler) {
        return scrape(one.http).sum("tocsin_deliveries_delivered_total", {{"handler", handler}});
    };
    const auto matched = scrape(one.http).sum("tocsin_source_matched_total");
    CHECK(wait_until([&] { return delivered("to-plant") == matched; }));
    plant.wait_for(static_cast<std::size_t>(matched));

    const auto metrics = scrape(one.http);
    check_laws(metrics);
    const Exposition::Labels source{{"kind", "task-log"}, {"name", "task-log"}};
    CHECK(metrics.sum("tocsin_source_malformed_total", source) == 3);
    CHECK(metrics.sum("tocsin_source_duplicate_total", source) == 5);
    CHECK(metrics.sum("tocsin_source_unmatched_total", source) == 4);
    CHECK(metrics.sum("tocsin_source_limited_total", source) > 0);
    CHECK(metrics.sum("tocsin_source_refused_total", source) == 0);
    CHECK(metrics.sum("tocsin_source_kernel_drops_total", source) == 0);
    CHECK(metrics.labels_of("tocsin_source_kernel_drops_total").size() == 1);
    CHECK(matched > 20);

    const Exposition::Labels to_office{{"topic", "qlik.task"}, {"handler", "to-office"}};
    CHECK(metrics.sum("tocsin_deliveries_created_total", to_office) == matched);
    CHECK(metrics.sum("tocsin_deliveries_pending",
                      {{"topic", "qlik.task"}, {"handler", "to-office"}, {"kind", "mqtt"}, {"name", "office"}}) ==
          matched);
    CHECK(metrics.sum("tocsin_deliveries_delivered_total", to_office) == 0);
    CHECK(metrics.sum("tocsin_deliveries_dead_total", {{"handler", "dead"}}) == 1);

    one.office.start();
    CHECK(wait_until([&] { return delivered("to-office") == matched; }));
    const auto at_rest = scrape(one.http);
    check_laws(at_rest);
    CHECK(at_rest.sum("tocsin_deliveries_pending") == 0);
}

TEST_CASE("what Prometheus' own clients tell of a process is there and plausible") {
    Case one;
    Router router{one.site.config()};
    const auto metrics = scrape(one.http);
    CHECK(metrics.sum("tocsin_build_info", {{"version", setting("TOCSIN_VERSION")}}) == 1);
    CHECK(metrics.sum("process_resident_memory_bytes") > 1e6);
    CHECK(metrics.sum("process_virtual_memory_bytes") > metrics.sum("process_resident_memory_bytes"));
    CHECK(metrics.sum("process_cpu_seconds_total") > 0);
    CHECK(metrics.sum("process_open_fds") > 3);
    CHECK(metrics.sum("process_max_fds") >= metrics.sum("process_open_fds"));
    const auto folder = "/proc/" + std::to_string(router.process().id());
    const auto made = static_cast<double>(std::stoll(run_ok({"stat", "--format=%Y", folder})));
    CHECK(metrics.sum("process_start_time_seconds") == doctest::Approx(made).epsilon(1e-8));
}

TEST_CASE("names of brokers, alert topics and handlers come through whole") {
    const auto http = free_port(Protocol::tcp);
    const Site site{http_section(http) +
                    "[[mqtt]]\nname = 'a \"quoted\" \\ å {x=\"y\"}'\nenabled = true\nurl = \"tcp://127.0.0.1:1\"\n"};
    site.handler("h.toml", "id = 'h'\ntopic = 'a-b.?*'\nkind = 'mqtt'\n[options]\ntopic = 't'\n");
    const Router router{site.config()};
    const auto metrics = scrape(http);
    CHECK(metrics.labels_of("tocsin_deliveries_created_total") ==
          std::vector<Exposition::Labels>{{{"topic", "a-b.?*"}, {"handler", "h"}}});
    const auto handlers = metrics.labels_of("tocsin_deliveries_pending");
    REQUIRE(handlers.size() == 1);
    CHECK(handlers.front() ==
          Exposition::Labels{
              {"topic", "a-b.?*"}, {"handler", "h"}, {"kind", "mqtt"}, {"name", "a \"quoted\" \\ å {x=\"y\"}"}});
}

TEST_CASE("the table of metrics in docs/operating.md is what /metrics has") {
    Case one;
    const Router router{one.site.config()};
    const auto text = read_text(std::filesystem::path{setting("TOCSIN_SOURCE")} / "docs/operating.md");
    std::map<std::string, std::string> documented;
    const std::regex row{R"(\| `((?:tocsin|process)_\w+)` \| (\w+) \|)"};
    for (std::sregex_iterator at{text.begin(), text.end(), row}, end; at != end; ++at)
        CHECK(documented.emplace((*at)[1], (*at)[2]).second);
    std::map<std::string, std::string> there;
    const auto metrics = scrape(one.http);
    for (const auto& [name, family] : metrics.families()) there[name] = family.type;
    const auto both_have = [](const auto& these, const auto& those) {
        for (const auto& one : these) {
            CAPTURE(one.first);
            REQUIRE(those.contains(one.first));
            CHECK(those.at(one.first) == one.second);
        }
    };
    both_have(there, documented);
    both_have(documented, there);
    // Names in the rules and the text around the table.
    const std::regex word{R"(\b((?:tocsin|process)_\w+_(?:total|seconds|bytes|pending|info|fds))\b)"};
    for (std::sregex_iterator at{text.begin(), text.end(), word}, end; at != end; ++at) {
        CAPTURE((*at)[1].str());
        CHECK(documented.contains((*at)[1]));
    }
}

TEST_CASE("after a reload nothing that was counted falls, and a sink has what it did itself") {
    const auto here = Mosquitto::started();
    const auto there = Mosquitto::started();
    const auto http = free_port(Protocol::tcp);
    const auto sections = [&](const std::string& of_here) {
        return http_section(http) + mqtt_section("here", here->url(), "default = true\n" + of_here) +
               mqtt_section("there", there->url());
    };
    ReloadSite site{sections("")};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    const auto sum = [&](const std::string& name, const Exposition::Labels& labels) {
        return scrape(http).sum(name, labels);
    };
    const auto confirmed = [&](const std::string& broker) {
        return sum("tocsin_delivery_confirmed_seconds_count", {{"kind", "mqtt"}, {"name", broker}});
    };
    const auto sent = [&](const std::string& broker) {
        return sum("tocsin_delivery_sent_seconds_count", {{"kind", "mqtt"}, {"name", broker}});
    };
    const auto delivered = [&] { return sum("tocsin_deliveries_delivered_total", {{"handler", "h"}}); };
    const auto received = [&] { return sum("tocsin_source_received_total", {{"kind", "task-log"}}); };

    site.send(5);
    REQUIRE(wait_until([&] { return delivered() == 5; }));
    CHECK(confirmed("here") == 5);
    site.configure_source("rate-limit = 1000000", sections("keepalive = \"50s\"\n"));
    site.handler("h.yaml", numbered_handler("h", "  broker-name: there\n"));
    reload(router);
    check_laws(scrape(http));
    CHECK(delivered() == 5);
    CHECK(confirmed("here") == 5);
    CHECK(sent("here") == 5);
    CHECK(confirmed("there") == 0);
    CHECK(received() == 5);

    site.send(3);
    REQUIRE(wait_until([&] { return delivered() == 8; }));
    CHECK(confirmed("here") == 5);
    CHECK(confirmed("there") == 3);
    CHECK(sent("there") == 3);
    CHECK(received() == 8);
    check_laws(scrape(http));

    CHECK(router.stop().code == 0);
    check_counts(router);
    CHECK(router.wait_for("\"events\"").value("received") == "8");
}

TEST_CASE("what a source has counted is told when a reload removes it") {
    ReloadSite site;
    Router router{site.config()};
    site.send(5);
    const auto port = free_port(Protocol::udp);
    site.configure(task_log_section(port));
    reload(router);
    const auto line = router.wait_for("\"events\"");
    CHECK(line.value("name") == "task-log");
    CHECK(line.value("received") == "5");
    CHECK(router.stop().code == 0);
    check_counts(router);
}
