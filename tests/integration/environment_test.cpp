#include "support/mosquitto.hpp"
#include "support/process.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace tocsin::testing;

namespace {

namespace fs = std::filesystem;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string all_of(const Finished& finished) { return finished.out + finished.err; }

constexpr const char* sound = "id: sound\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n";

}  // namespace

TEST_CASE("a password from a variable, from a file and from a variable that the file names opens the broker") {
    const auto broker = Mosquitto::started({.users = {{"anna", "canary-word"}}});
    const struct {
        const char* key;
        Environment environment;
    } cases[] = {
        {"", {{"TOCSIN_MQTT_0_PASSWORD", "canary-word"}}},
        {"password = \"wrong\"\n", {{"TOCSIN_MQTT_PASSWORD", "canary-word"}}},
        {"password = { file = \"secrets/password\" }\n", {}},
        {"password.env = \"ANNAS_PASSWORD\"\n", {{"ANNAS_PASSWORD", "canary-word"}}},
        {"password.file = \"nowhere\"\n", {{"TOCSIN_MQTT_0_PASSWORD", "canary-word"}}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.key);
        const TempDir folder;
        const auto secret = folder.write("secrets/password", "canary-word\n");
        fs::permissions(secret, fs::perms::owner_read);
        fs::create_directory(folder.path() / "handlers");
        const auto config =
            folder.write("tocsin.toml", "[tocsin]\nhandlers-dir = \"handlers\"\n" +
                                            mqtt_section("plant", broker->url(), "username = \"anna\"\n") + one.key);
        Router router{config, one.environment};
        router.wait_for("connected");
        CHECK(router.stop().code == 0);
        CHECK_FALSE(holds(router.output(), "canary"));
        CHECK_FALSE(holds(router.output(), "users of this machine"));
    }
}

TEST_CASE("mistakes in variables are told with all the others, by the name of the variable") {
    const Site site{"[[mqtt]]\nenabled = true\nurl = \"tcp://h:1\"\nwindow = 0\npassword = { file = \"none\" }\n"};
    site.handler("sound.yaml", sound);
    const auto finished = site.check({{"TOCSIN_MQTT_0_PASWORD", "canary"},
                                      {"TOCSIN_MQTT_1_PASSWORD", "canary"},
                                      {"TOCSIN_MQTT_0_COLOUR", "canary"},
                                      {"TOCSIN_MQTT_0_KEEPALIVE", "never"},
                                      {"TOCSIN_TOCSIN_DRAIN_TIMEOUT", "5"},
                                      {"TOCSIN_MQT_0_PASSWORD", "canary"}});
    INFO(all_of(finished));
    CHECK(finished.code == 1);
    for (const char* line :
         {"TOCSIN_MQTT_0_PASWORD: \"PASWORD\" is no option of [[mqtt]] (did you mean \"PASSWORD\"?)\n",
          "TOCSIN_MQTT_1_PASSWORD: there is no section 1",
          "TOCSIN_MQTT_0_KEEPALIVE: mqtt.keepalive: must be a duration",
          "TOCSIN_TOCSIN_DRAIN_TIMEOUT: tocsin.drain-timeout: must be a duration", "TOCSIN_MQTT_0_COLOUR: \"COLOUR\"",
          "tocsin.toml:7:10: mqtt.window: must be a whole number from 1",
          "tocsin.toml:8:21: mqtt.password: \"none\" cannot be read: No such file or directory\n",
          "TOCSIN_MQT_0_PASSWORD: warning: is not used (did you mean \"TOCSIN_MQTT_0_PASSWORD\"?)\n", "7 mistakes\n"}) {
        CAPTURE(line);
        CHECK(holds(all_of(finished), line));
    }
    CHECK_FALSE(holds(all_of(finished), "canary"));
}

TEST_CASE("what a plugin finds wrong with the value of a variable is told there") {
    const Site site{"[[mqtt]]\nenabled = true\n"};
    site.handler("sound.yaml", sound);
    CHECK(site.check({{"TOCSIN_MQTT_URL", "tcp://h:1"}}).code == 0);
    const auto finished = site.check({{"TOCSIN_MQTT_URL", "http://h:1"}});
    CHECK(finished.code == 1);
    CHECK(holds(finished.err, "TOCSIN_MQTT_URL: mqtt.url: "));
}

TEST_CASE("warnings of check are lines beside its mistakes, those of run are in the log") {
    const Site site{
        "[[mqtt]]\nenabled = true\nurl = \"tcp://127.0.0.1:1\"\nusername = \"u\"\n"
        "password = { file = \"open\" }\n"};
    site.handler("sound.yaml", sound);
    site.handler("../open", "canary\n");
    fs::permissions(site.path() / "open", fs::perms::owner_read | fs::perms::others_read);
    const auto words = "\"open\" can be read by every user of this machine";
    const auto finished = site.check();
    CHECK(finished.code == 0);
    CHECK(holds(finished.err, "tocsin.toml:8:21: warning: mqtt.password: " + std::string{words}));
    CHECK(holds(finished.out, "no mistakes"));
    Router router{site.config()};
    const auto line = router.wait_for("can be read by every user");
    CHECK(line.level == "warning");
    CHECK(holds(line.raw, "tocsin.toml:8:21"));
    CHECK(holds(line.raw, "mqtt.password"));
    CHECK(router.stop().code == 0);
    CHECK_FALSE(holds(all_of(finished) + router.output(), "canary"));
}

TEST_CASE("what a plugin warns of when it reads its options is told by check and, once, by run") {
    const Site site{"[[mqtt]]\nenabled = true\nurl = \"ssl://127.0.0.1:1\"\ninsecure-skip-verify = true\n"};
    site.handler("sound.yaml", sound);
    const std::string words = "insecure-skip-verify: the broker's certificate is not checked";
    const auto finished = site.check();
    CHECK(finished.code == 0);
    CHECK(holds(finished.err, words));
    CHECK(holds(finished.out, "no mistakes"));
    Router router{site.config()};
    router.wait_for("ready");
    CHECK(router.stop().code == 0);
    const auto told = router.output();
    const auto first = told.find(words);
    CHECK(first != std::string::npos);
    CHECK(told.find(words, first + 1) == std::string::npos);
}

TEST_CASE("the [tocsin] section can come from variables alone") {
    const TempDir folder;
    const auto config = folder.write("tocsin.toml", "");
    CHECK(run({tocsin_exe(), "check", "--config", config.string()}).code == 1);
    fs::create_directory(folder.path() / "handlers");
    const auto finished =
        run({tocsin_exe(), "check", "--config", config.string()}, {{"TOCSIN_TOCSIN_HANDLERS_DIR", "handlers"}});
    INFO(all_of(finished));
    CHECK(finished.code == 0);
}

TEST_CASE("options of handlers that are strings come from files and variables too; other keys do not") {
    const Site site{mqtt_section("plant", "tcp://h:1")};
    site.handler("a.yaml", "id: a\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  broker-name: { file: which }\n");
    site.handler("which", "plant\n");
    CHECK(site.check().code == 0);
    site.handler("which", "plent\n");
    const auto wrong = site.check();
    CHECK(wrong.code == 1);
    CHECK(holds(wrong.err, "a.yaml:6:16: options.broker-name: there is no [[mqtt]] section with the fetched name\n"));
    CHECK_FALSE(holds(wrong.err, "plent"));
    site.handler("which", "plant\n");
    site.handler("b.yaml", "id: {env: HOME}\ntopic: {env: HOME}\nkind: {env: HOME}\noptions: {}\n");
    site.handler("c.yaml", "id: c\ntopic: t\nkind: mqtt\noptions:\n  topic: {env: HOME}\n");
    const auto refused = site.check();
    CHECK(refused.code == 1);
    for (const char* line : {"b.yaml:1:5: id: must be a string", "b.yaml:2:8: topic: must be a string",
                             "b.yaml:3:7: kind: must be a string", "c.yaml:5:10: options.topic: "})
        CHECK(holds(refused.err, line));
}

TEST_CASE("no message quotes what was fetched, and none quotes a long value in full") {
    const std::string fetched = "{ file = \"secret\" }";
    const auto section = [](const std::string& name, const std::string& more = "") {
        return "[[mqtt]]\nenabled = true\nurl = \"tcp://h:1\"\nname = " + name + "\n" + more;
    };
    const std::string handler = "id: h\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  broker-name: ";
    const struct {
        const char* name;
        std::string sections;
        std::string handler;
        const char* says;
    } cases[] = {
        {"a name twice", section(fetched, "default = true\n") + section(fetched), handler + "{ file: ../secret }\n",
         "mqtt.name: the value of this option is already the name of the section in line 4"},
        {"a name of nothing", section("\"canary-worf\""), handler + "{ file: ../secret }\n",
         "options.broker-name: there is no [[mqtt]] section with the fetched name\n"},
        {"a name near one fetched", section(fetched), handler + "canry-word\n",
         "options.broker-name: there is no [[mqtt]] section named \"canry-word\"\n"},
        {"not enabled",
         section("\"plant\"", "default = true\n") + "[[mqtt]]\nname = \"canary-word\"\nenabled = false\n",
         handler + "{ file: ../secret }\n", "options.broker-name: [[mqtt]] in line 9 of the configuration is not"},
        {"in the plugin's words", section(fetched), handler + "{ file: ../secret }\n  message-expiry: 5s\n",
         "options.message-expiry: needs MQTT 5, and the broker \"...\" is"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const Site site{one.sections};
        site.handler("../secret", "canary-word\n");
        site.handler("h.yaml", one.handler);
        const auto finished = site.check();
        INFO(all_of(finished));
        CHECK(finished.code == 1);
        CHECK(holds(finished.err, one.says));
        CHECK_FALSE(holds(all_of(finished), "canary-wor"));
    }
    const std::string longer(300, 'x');
    const Site site{section("\"" + longer + "\"", "default = true\n") + section("\"" + longer + "\"")};
    site.handler("a.yaml", handler + longer + "y\n");
    site.handler("b.yaml", "id: b\ntopic: t\nkind: " + longer + "\n");
    const auto finished = site.check();
    INFO(all_of(finished));
    CHECK(finished.code == 1);
    CHECK_FALSE(holds(all_of(finished), std::string(41, 'x')));
}

TEST_CASE("a section that is not enabled needs no secrets") {
    const std::string section =
        "[[mqtt]]\nname = \"a\"\npassword = { file = \"none\" }\nusername.env = \"TOCSIN_NONE\"\n";
    CHECK(Site{section + "enabled = false\n"}.check().code == 0);
    CHECK(Site{section}.check().code == 0);
    CHECK(Site{section + "enabled = true\nurl = \"tcp://h:1\"\n"}.check().code == 1);
    CHECK(Site{section}.check({{"TOCSIN_MQTT_ENABLED", "true"}}).code == 1);
}
