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

TEST_CASE("each line of a plugin's error is a mistake at the option it names") {
    CHECK(told("url: no scheme") == "f.toml:3:7: mqtt.url: no scheme\n");
    CHECK(told("ssl-key: missing") == "f.toml:1:1: mqtt.ssl-key: missing\n");
    CHECK(told("cannot: be named") == "f.toml:1:1: mqtt: cannot: be named\n");
    CHECK(told("broken") == "f.toml:1:1: mqtt: broken\n");
    CHECK(told("ssl-key: missing\nurl: no scheme\n") ==
          "f.toml:1:1: mqtt.ssl-key: missing\nf.toml:3:7: mqtt.url: no scheme\n");
}
