#include "support/reload_site.hpp"

#include "counts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin::testing;

namespace {

using Numbers = std::vector<unsigned>;

std::string plant(const Mosquitto& broker) { return mqtt_section("plant", broker.url()); }

bool gets(const Mosquitto& broker, const std::string& prefix, const Numbers& wanted) {
    return wait_until([&] { return numbers(broker, prefix) == wanted; });
}

/// Dead letters as "handler reason count", by handler.
std::vector<std::string> dead_letters(const ReloadSite& site) {
    return site.spool(
        "SELECT handler_id || ' ' || reason || ' ' || count(*) FROM dead_letter GROUP BY handler_id, reason");
}

bool has_dead_letters(const ReloadSite& site, const std::vector<std::string>& wanted) {
    return wait_until([&] { return dead_letters(site) == wanted; });
}

void check_end(Router& router) {
    CHECK(router.stop().code == 0);
    check_counts(router);
}

}  // namespace

TEST_CASE("what is wrong is told with its place, all of it, and nothing is disturbed") {
    const auto broker = Mosquitto::started();
    ReloadSite site{plant(*broker)};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(3);
    REQUIRE(gets(*broker, "h", all_from(1, 3)));

    const auto good = read_text(site.config());
    const auto config = [&](std::string_view text) { site.site().handler("../tocsin.toml", text); };
    const auto sections = plant(*broker);
    const struct {
        std::function<void()> breaks;
        std::vector<std::string> told;
    } table[]{
        {[&] { config(good + "[[mqtt\n"); }, {"tocsin.toml:"}},
        {[&] { site.configure(sections, "drain-timeuot = \"1s\"\n"); },
         {"tocsin.toml:3", "drain-timeuot", "drain-timeout"}},
        {[&] { site.configure(sections + "[[nosuchkind]]\n"); }, {"nosuchkind"}},
        {[&] { site.configure(mqtt_section("plant", "nowhere://x")); }, {"tocsin.toml:", "mqtt.url"}},
        {[&] { site.configure(mqtt_section("plant", broker->url(), "window = -1")); }, {"mqtt.window"}},
        {[&] { site.configure(mqtt_section("other", broker->url()) + mqtt_section("plant2", broker->url())); },
         {"default"}},
        {[&] { site.handler("bad.yaml", numbered_handler("bad", "  retaind: true\n")); },
         {"bad.yaml:", "options.retaind", "retained"}},
        {[&] { site.handler("bad.yaml", numbered_handler("bad", "", "match: '\"a\" =='\n")); }, {"bad.yaml:", "match"}},
        {[&] { site.handler("bad.yaml", numbered_handler("bad", "  broker-name: nobody\n")); },
         {"bad.yaml:", "options.broker-name"}},
        {[&] { site.handler("bad.yaml", numbered_handler("h")); }, {"has a handler", "h.yaml"}},
        {[&] {
             site.handler("bad.yaml", numbered_handler("bad", "  retained: 7\n"));
             site.configure(sections, "call-limit = \"never\"\n");
         },
         {"bad.yaml:", "options.retained", "tocsin.toml:3", "call-limit"}},
        {[&] { std::filesystem::remove(site.config()); }, {"tocsin.toml"}},
        {[&] { site.configure(sections, "plugin-path = [\"/no/such/folder\"]\n"); }, {"/no/such/folder"}},
        {[&] { site.configure_source("time-zone = \"Nowhere/Land\"", sections); }, {"task-log.time-zone"}},
    };
    for (const auto& row : table) {
        row.breaks();
        const auto told = refused_reload(router);
        for (const auto& text : row.told) {
            INFO(told);
            CHECK(told.find(text) != std::string::npos);
        }
        config(good);
        std::filesystem::remove(site.path() / "handlers" / "bad.yaml");
        site.send(2);
    }
    CHECK(gets(*broker, "h", all_from(1, site.sent())));
    CHECK(connects(*broker, "plant") == 1);
    CHECK(count_lines(router, "reloaded") == 0);
    check_end(router);
}

TEST_CASE("a handler is added, changed, renamed and removed while its broker keeps its connection") {
    const auto broker = Mosquitto::started();
    ReloadSite site{plant(*broker)};
    Router router{site.config()};
    site.send(2);

    site.handler("h.yaml", numbered_handler("h"));
    reload(router);
    site.send(3);  // 3 to 5
    REQUIRE(gets(*broker, "h", all_from(3, 5)));

    const std::pair<std::string, std::string> changes[]{
        {"  topic: a/{{ index .Tags \"appName\" }}\n", ""},
        {"  topic: a/{{ index .Tags \"appName\" }}\n  payload: new\n", ""},
        {"  topic: a/{{ index .Tags \"appName\" }}\n  payload: new\n  retained: true\n", ""},
        {"  topic: a/{{ index .Tags \"appName\" }}\n  retained: true\n", "expiry: 1h\n"},
        {"  topic: a/{{ index .Tags \"appName\" }}\n  retained: true\n", "keep: latest\n"},
        {"  topic: a/{{ index .Tags \"appName\" }}\n", "match: '\"appName\" != ''12'''\n"},
    };
    for (const auto& [options, keys] : changes) {
        site.handler("h.yaml", numbered_handler("h", options, keys));
        reload(router);
        site.send(1);  // 6 to 11
    }
    REQUIRE(gets(*broker, "a", all_from(6, 11)));
    site.send(2);  // 12, which the match leaves out, and 13
    auto wanted = all_from(6, 11);
    wanted.push_back(13);
    REQUIRE(gets(*broker, "a", wanted));

    site.handler("h.yaml", numbered_handler("renamed"));
    reload(router);
    site.send(2);  // 14 and 15
    REQUIRE(gets(*broker, "renamed", all_from(14, 15)));
    site.remove_handler("h.yaml");
    reload(router);
    site.send(2);
    site.handler("h.yaml", numbered_handler("h"));
    reload(router);
    site.send(1);  // 18
    CHECK(gets(*broker, "h", {3, 4, 5, 18}));
    CHECK(numbers(*broker, "a") == wanted);
    CHECK(numbers(*broker, "renamed") == all_from(14, 15));
    CHECK(connects(*broker, "plant") == 1);
    CHECK(dead_letters(site).empty());
    check_end(router);
}

TEST_CASE("retained and qos of a changed handler are what its messages have") {
    const auto broker = Mosquitto::started();
    ReloadSite site{plant(*broker)};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(1);
    REQUIRE(gets(*broker, "h", {1}));
    site.handler("h.yaml",
                 "id: h\ntopic: qlik.task\nkind: mqtt\noptions:\n  qos: 2\n  retained: true\n"
                 "  topic: h/{{ index .Tags \"appName\" }}\n");
    reload(router);
    site.send(1);
    REQUIRE(gets(*broker, "h", {1, 2}));
    const auto received = broker->received();
    CHECK(received[0].qos == 1);
    CHECK_FALSE(received[0].retained);
    CHECK(received[1].qos == 2);
    CHECK(received[1].retained);
    check_end(router);
}

TEST_CASE("what is pending is sent with the new options, in order, before what comes later") {
    Mosquitto broker;
    ReloadSite site{plant(broker)};
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    site.send(200, 7);
    for (const auto* topic : {"a", "b", "c"}) {
        site.handler("h.yaml",
                     numbered_handler("h", std::string{"  topic: "} + topic + "/{{ index .Tags \"appName\" }}\n"));
        reload(router);
        site.send(10, 7);
    }
    broker.start();
    CHECK(gets(broker, "c", all_from(1, 230)));
    CHECK(broker.received().size() == 230);
    check_end(router);
}

TEST_CASE("what is on its way to a stopped broker is not sent twice, the rest goes with the new options") {
    const auto broker = Mosquitto::started();
    ReloadSite site{plant(*broker)};
    site.handler("h.yaml", numbered_handler("h"));
    site.handler("same.yaml", numbered_handler("same"));
    Router router{site.config()};
    router.wait_for("connected to");
    broker->freeze();
    site.send(250, 250);
    // Each of these closes a lane before the one that came before has given back what it has.
    for (const auto* topic : {"a", "b", "c"}) {
        site.handler("h.yaml",
                     numbered_handler("h", std::string{"  topic: "} + topic + "/{{ index .Tags \"appName\" }}\n"));
        reload(router);
        site.send(10, 250);
    }
    broker->thaw();
    CHECK(gets(*broker, "same", all_from(1, 280)));
    REQUIRE(wait_until([&] { return numbers(*broker, "h").size() + numbers(*broker, "c").size() == 280; }));
    auto all = numbers(*broker, "h");
    CHECK_FALSE(all.empty());
    const auto rest = numbers(*broker, "c");
    all.insert(all.end(), rest.begin(), rest.end());
    CHECK(all == all_from(1, 280));
    CHECK(numbers(*broker, "a").empty());
    CHECK(numbers(*broker, "b").empty());
    CHECK(connects(*broker, "plant") == 1);
    check_end(router);
}

TEST_CASE("a new expiry and keep: latest hold for what is pending") {
    Mosquitto broker;
    ReloadSite site{plant(broker)};
    site.handler("old.yaml", numbered_handler("old"));
    site.handler("latest.yaml", numbered_handler("latest"));
    Router router{site.config()};
    site.send(60, 5);
    site.handler("old.yaml", numbered_handler("old", "", "expiry: 1ms\n"));
    site.handler("latest.yaml", numbered_handler("latest", "", "keep: latest\n"));
    reload(router);
    CHECK(has_dead_letters(site, {"old expired 60"}));
    broker.start();
    CHECK(gets(broker, "latest", all_from(56, 60)));
    CHECK(numbers(broker, "old").empty());
    check_end(router);
}

TEST_CASE("what a removed handler has pending becomes dead letters") {
    Mosquitto broker;
    ReloadSite site{plant(broker)};
    site.handler("gone.yaml", numbered_handler("gone"));
    site.handler("stays.yaml", numbered_handler("stays"));
    Router router{site.config()};
    site.send(100, 7);
    site.remove_handler("gone.yaml");
    reload(router);
    CHECK(has_dead_letters(site, {"gone handler removed 100"}));
    CHECK(router.wait_for("\"handler removed\"").value("pending") == "100");

    // It comes back, gets what is new, goes again.
    site.handler("gone.yaml", numbered_handler("gone"));
    reload(router);
    site.send(5);
    site.remove_handler("gone.yaml");
    reload(router);
    CHECK(has_dead_letters(site, {"gone handler removed 105"}));
    site.handler("gone.yaml", numbered_handler("gone"));
    reload(router);
    site.send(2);
    broker.start();
    CHECK(gets(broker, "gone", all_from(106, 107)));
    CHECK(gets(broker, "stays", all_from(1, 107)));
    check_end(router);
}

TEST_CASE("what a removed handler has on its way to a stopped broker is told apart by its answer") {
    const auto broker = Mosquitto::started();
    ReloadSite site{plant(*broker)};
    site.handler("gone.yaml", numbered_handler("gone"));
    Router router{site.config()};
    router.wait_for("connected to");
    broker->freeze();
    site.send(150, 150);
    site.remove_handler("gone.yaml");
    reload(router);
    broker->thaw();
    REQUIRE(wait_until([&] { return site.spool("SELECT count(*) FROM delivery") == std::vector<std::string>{"0"}; }));
    const auto delivered = numbers(*broker, "gone").size();
    INFO(delivered, " delivered; ", dead_letters(site).front());
    CHECK(delivered > 0);
    CHECK(dead_letters(site) == std::vector<std::string>{"gone handler removed " + std::to_string(150 - delivered)});
    check_end(router);
}

TEST_CASE("more than fits into memory is sent with the new options, or becomes dead letters") {
    Mosquitto broker;
    ReloadSite site{plant(broker)};
    site.handler("gone.yaml", numbered_handler("gone"));
    site.handler("h.yaml", numbered_handler("h"));
    Router router{site.config()};
    constexpr unsigned count = 120;
    site.send(count, 120, 45'000);
    site.handler("h.yaml", numbered_handler("h", "  topic: a/{{ index .Tags \"appName\" }}\n"));
    site.remove_handler("gone.yaml");
    reload(router);
    site.send(10);
    CHECK(has_dead_letters(site, {"gone handler removed " + std::to_string(count)}));
    broker.start();
    CHECK(gets(broker, "a", all_from(1, count + 10)));
    check_end(router);
}

TEST_CASE("an alert topic's state outlives a reload") {
    const auto broker = Mosquitto::started();
    ReloadSite site{plant(*broker)};
    site.handler("h.yaml", numbered_handler("h", "", "match: changed() == TRUE\n"));
    Router router{site.config()};
    site.send(1);
    REQUIRE(gets(*broker, "h", {1}));
    site.handler("h.yaml", numbered_handler("h", "  retained: true\n", "match: changed() == TRUE\n"));
    reload(router);
    site.send(3);     // the same id, still failed
    site.send(2, 5);  // others: 5 is the first id, 6 is new
    CHECK(gets(*broker, "h", {1, 6}));
    check_end(router);
}
