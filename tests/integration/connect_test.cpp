#include "support/certificates.hpp"
#include "support/mosquitto.hpp"
#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace tocsin::testing;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Finished connect(const Site& site, const Environment& environment = {}, const std::string& timeout = "20s") {
    return run({tocsin_exe(), "check", "--config", site.config().string(), "--connect", "--timeout", timeout},
               environment);
}

std::string nowhere() { return "tcp://127.0.0.1:" + std::to_string(free_port(Protocol::tcp)); }

Environment test_plugin() { return {{"TOCSIN_PLUGIN_PATH", setting("TEST_PLUGINS")}}; }

std::string every_option(const std::string& name) {
    return "[[every-option]]\nname = \"" + name +
           "\"\ncount = 3\nratio = 1\nflag = true\npause = \"2s\"\nfile = \"f\"\nitems = []\ncolour = \"red\"\n"
           "key = \"canary\"\n";
}

}  // namespace

TEST_CASE("brokers that are up, down, silent and strict are told apart, each on a line") {
    const auto up = Mosquitto::started();
    const auto silent = Mosquitto::started();
    silent->freeze();
    const auto strict = Mosquitto::started({.users = {{"anna", "canary-word"}}});
    const auto down = nowhere();
    const Site site{mqtt_section("up", up->url(), "default = true") + mqtt_section("down", down) +
                    mqtt_section("silent", silent->url()) +
                    mqtt_section("strict", strict->url(), "username = \"anna\"\npassword = \"canary-wrong\"") +
                    mqtt_section("sound", strict->url(), "username = \"anna\"\npassword = \"canary-word\"") +
                    "[[mqtt]]\nname = \"asleep\"\n"};
    site.handler("a.yaml", "id: a\ntopic: t\nkind: log\noptions:\n  path: x.log\n");
    const auto finished = connect(site, {}, "2s");
    INFO(finished.out, finished.err);
    CHECK(finished.code == 1);
    for (const std::string& line :
         {std::string{"mqtt up: reachable\n"}, "mqtt down: not reachable: " + down + ": Connection refused\n",
          "mqtt silent: not reachable: " + silent->url(), "mqtt strict: not reachable: " + strict->url(),
          std::string{"mqtt sound: reachable\n"}, std::string{"log: cannot be checked\n"}}) {
        CAPTURE(line);
        CHECK(holds(finished.out, line));
    }
    CHECK_FALSE(holds(finished.out, "asleep"));
    CHECK_FALSE(holds(finished.out + finished.err, "canary"));
    CHECK(up->received().empty());
    CHECK_FALSE(std::filesystem::exists(site.path() / "handlers/x.log"));
}

TEST_CASE("exit codes") {
    const auto broker = Mosquitto::started();
    const Site up{mqtt_section("plant", broker->url())};
    CHECK(connect(up).code == 0);
    CHECK(connect(up).out.ends_with("mqtt plant: reachable\n"));
    CHECK(connect(Site{""}).code == 0);
    const Site down{mqtt_section("plant", nowhere())};
    CHECK(connect(down).code == 1);
    CHECK(down.check().code == 0);
}

TEST_CASE("a configuration with mistakes connects to nothing") {
    const auto broker = Mosquitto::started();
    const auto finished = connect(Site{mqtt_section("plant", broker->url(), "windw = 3")});
    CHECK(finished.code == 1);
    CHECK_FALSE(holds(finished.out + finished.err, "reachable"));
    CHECK_FALSE(holds(broker->log(), "New connection"));
}

TEST_CASE("a certificate that is not accepted is the reason") {
    const Certificates certificates;
    const auto broker = Mosquitto::started({.tls = certificates.server()});
    const auto section = [&](const std::filesystem::path& trusted) {
        return mqtt_section("plant", broker->url(), "ssl-ca = \"" + trusted.string() + "\"");
    };
    const auto accepted = connect(Site{section(certificates.authority())});
    INFO(accepted.out, accepted.err);
    CHECK(accepted.code == 0);
    const auto finished = connect(Site{section(certificates.other_authority())});
    INFO(finished.out, finished.err);
    CHECK(finished.code == 1);
    CHECK(holds(finished.out, "certificate"));
}

TEST_CASE("checks that fail, say nothing, take their time or never end") {
    const Site site{every_option("fine") + every_option("fails") + every_option("says-nothing") +
                    every_option("waits") + every_option("hangs") + every_option("hangs-too")};
    const auto finished = connect(site, test_plugin(), "1s");
    INFO(finished.out, finished.err);
    CHECK(finished.code == 1);
    for (const char* line :
         {"every-option fine: reachable\n", "every-option fails: not reachable: it is\\nasleep\n",
          "every-option says-nothing: not reachable: ", "every-option waits: not reachable: no answer\n",
          "every-option hangs: not reachable: the check did not end within 1s\n"}) {
        CAPTURE(line);
        CHECK(holds(finished.out, line));
    }
    CHECK_FALSE(holds(finished.out + finished.err, "canary"));
}
