#include "daemon/plugin_mistakes.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <sstream>
#include <string>

using namespace tocsin::core;

namespace {

std::string told(std::string_view text) {
    const auto file = std::make_shared<const std::string>("f.toml");
    std::vector<OptionSpec> specs(2);
    specs[0].name = "url";
    specs[1].name = "ssl-key";
    std::vector<OptionValue> values(2);
    values[0].where = {file, 3, 7};
    Mistakes mistakes;
    add_plugin_mistakes(text, specs, values, "mqtt", {file, 1, 1}, mistakes);
    std::ostringstream out;
    mistakes.print(out);
    return out.str();
}

}  // namespace

TEST_CASE("a plugin that says nothing has failed all the same") {
    for (const auto* text : {"", "\n", "\n\n"}) CHECK(told(text) == "f.toml:1:1: mqtt: failed, and did not say why\n");
}

TEST_CASE("nothing of a value that was fetched or is secret is told, however a plugin quotes it") {
    const auto file = std::make_shared<const std::string>("f.toml");
    const auto told_of = [&](const std::string& value, bool secret, const std::string& text) {
        std::vector<OptionSpec> specs(2);
        specs[0].name = "url";
        specs[0].secret = secret;
        specs[1].name = "port";
        std::vector<OptionValue> values(2);
        values[0].text = value;
        values[0].is_set = true;
        values[0].fetched = !secret;
        values[0].where = {file, 3, 7};
        Mistakes mistakes;
        add_plugin_mistakes(text, specs, values, "mqtt", {file, 1, 1}, mistakes, {"hidden-name"});
        std::string all;
        for (const auto& mistake : mistakes.list()) all += mistake.key + ": " + mistake.text + "\n";
        return all;
    };
    const std::string value = "canary-scheme://canary-host:70000";
    for (const bool secret : {false, true}) {
        CHECK(told_of(value, secret, "url: \"" + value + "\" has no scheme") == "mqtt.url: \"...\" has no scheme\n");
        CHECK(told_of(value, secret, "url: port '70000' is too large") == "mqtt.url: port '...' is too large\n");
        CHECK(told_of(value, secret, "port: not that of " + value) == "mqtt.port: not that of ...\n");
        CHECK(told_of(value, secret, "no way to canary-host") == "mqtt: no way to ...\n");
        CHECK(told_of(value, secret, "url: \"canary-sch...\" is cut") == "mqtt.url: \"......\" is cut\n");
        CHECK(told_of("first\nsecond", secret, "url: first\nsecond is wrong") == "mqtt.url: ...\nmqtt: ... is wrong\n");
        CHECK(told_of("a", secret, "url: a path, not \"a\", as mask has") ==
              "mqtt.url: ... path, not \"...\", as mask has\n");
        CHECK(told_of("url", secret, "url: url is taken") == "mqtt.url: ... is taken\n");
        CHECK(told_of("x", secret, "port: not that of hidden-name") == "mqtt.port: not that of ...\n");
    }
    CHECK(told_of("", false, "url: \"\" is empty") == "mqtt.url: \"...\" is empty\n");
}

TEST_CASE("each line of a plugin's error is a mistake at the option it names") {
    CHECK(told("url: no scheme") == "f.toml:3:7: mqtt.url: no scheme\n");
    CHECK(told("ssl-key: missing") == "f.toml:1:1: mqtt.ssl-key: missing\n");
    CHECK(told("cannot: be named") == "f.toml:1:1: mqtt: cannot: be named\n");
    CHECK(told("broken") == "f.toml:1:1: mqtt: broken\n");
    CHECK(told("ssl-key: missing\nurl: no scheme\n") ==
          "f.toml:1:1: mqtt.ssl-key: missing\nf.toml:3:7: mqtt.url: no scheme\n");
}
