#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/process.hpp"
#include "support/reload_site.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

struct File {
    const char* name;
    const char* text;
    std::vector<const char*> mistakes;  ///< "line:column: what the message must hold", words separated by '|'
};

bool told(const std::vector<std::string>& output, const std::string& file, const std::string& mistake) {
    const auto place = mistake.substr(0, mistake.find(": ") + 2);
    return std::any_of(output.begin(), output.end(), [&](const std::string& line) {
        const auto at = line.find(file + ":" + place);
        if (at == std::string::npos) return false;
        std::string rest = mistake.substr(place.size());
        while (!rest.empty()) {
            const auto bar = rest.find('|');
            if (line.find(rest.substr(0, bar), at) == std::string::npos) return false;
            rest = bar == std::string::npos ? "" : rest.substr(bar + 1);
        }
        return true;
    });
}

std::string all_of(const Finished& finished) { return finished.out + finished.err; }

/// A configuration as it is, with a sound handler besides.
Finished check_configuration(const std::string& text, const std::string& tocsin_keys = "") {
    const Site site{text, tocsin_keys};
    site.handler("sound.yaml", "id: sound\ntopic: t\nkind: log\noptions:\n  path: x.log\n");
    return site.check();
}

}  // namespace

TEST_CASE("every mistake of every file is told in one pass, and nothing is started") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const Site site{mqtt_section("plant", broker->url(), "default = true\nusrname = \"u\"") +
                    "[[mqtt]]\nname = \"asleep\"\nenabled = false\nurl = \"tcp://127.0.0.1:1\"\n" +
                    "[[task-log]]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\nrate-limt = 5\n" +
                    "[[task-lag]]\nlisten = \"127.0.0.1:9998\"\n"};
    const File files[] = {
        {"a_unknown_key.yaml",
         "id: a\ntopic: t\nkind: mqtt\nmach: level() == OK\noptions:\n  topic: x\n",
         {"4:1: mach|did you mean \"match\""}},
        {"b_unknown_option.yaml",
         "id: b\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  retaind: true\n",
         {"6:3: options.retaind|did you mean \"retained\""}},
        {"c_unknown_kind.yaml",
         "id: c\ntopic: t\nkind: mqt\noptions:\n  topic: x\n",
         {"3:7: kind|\"mqt\"|did you mean \"mqtt\""}},
        {"d_unknown_broker.yaml",
         "id: d\ntopic: t\nkind: mqtt\noptions:\n  broker-name: plent\n  topic: x\n",
         {"5:16: options.broker-name|plent|did you mean \"plant\""}},
        {"e_sleeping_broker.yaml",
         "id: e\ntopic: t\nkind: mqtt\noptions:\n  broker-name: asleep\n  topic: x\n",
         {"5:16: options.broker-name|asleep|not enabled"}},
        {"f1_same_id.yaml", "id: f\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n", {}},
        {"f2_same_id.yaml",
         "id: f\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  qos: 7\n",
         {"1:5: id|f1_same_id.yaml", "6:8: options.qos"}},
        {"f3_same_id_elsewhere.yaml", "id: f\ntopic: u\nkind: mqtt\noptions:\n  topic: x\n", {}},
        {"g_empty_topic.yaml", "id: g\ntopic: t\nkind: mqtt\noptions:\n  topic: ''\n", {"5:11: options.topic|empty"}},
        {"h_wildcard.yaml", "id: h\ntopic: t\nkind: mqtt\noptions:\n  topic: 'a/#'\n", {"5:13: options.topic|#"}},
        {"i_plus.yaml", "id: i\ntopic: t\nkind: mqtt\noptions:\n  topic: '{{ .ID }}/+/x'\n", {"5:21: options.topic|+"}},
        {"j_qos.yaml", "id: j\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  qos: 3\n", {"6:8: options.qos|3"}},
        {"k_qos_name.json",
         "{\"id\": \"k\", \"topic\": \"t\", \"kind\": \"mqtt\",\n"
         " \"options\": {\"topic\": \"x\", \"qos\": \"at-least-onse\"}}\n",
         {"2:35: options.qos|did you mean \"at-least-once\""}},
        {"l_template.yaml",
         "id: l\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  payload: '{{ .Mesage }}'\n",
         {"6:16: options.payload|.Mesage|did you mean \".Message\""}},
        {"m_template_end.toml",
         "id = \"m\"\ntopic = \"t\"\nkind = \"mqtt\"\n[options]\ntopic = \"x\"\npayload = '{{ if .ID }}x'\n",
         {"6:12: options.payload|{{ end }}"}},
        {"n_match_syntax.yaml",
         "id: n\ntopic: t\nkind: mqtt\nmatch: level() >=\noptions:\n  topic: x\n",
         {"4:18: match"}},
        {"o_match_type.yaml",
         "id: o\ntopic: t\nkind: mqtt\nmatch: level() == 'CRITICAL'\noptions:\n  topic: x\n",
         {"4:16: match"}},
        {"p_match_function.yaml",
         "id: p\ntopic: t\nkind: mqtt\nmatch: chnged() == TRUE\noptions:\n  topic: x\n",
         {"4:8: match|chnged|did you mean \"changed\""}},
        {"q_missing.yaml",
         "topic: t\nkind: mqtt\noptions: {qos: 1}\n",
         {"1:1: id|missing", "3:10: options.topic|missing"}},
        {"r_syntax.yaml", "id: [r\ntopic: t\n", {"2:6: "}},
        {"s_type.yaml",
         "id: s\ntopic: t\nkind: mqtt\noptions:\n  topic: x\n  retained: perhaps\n",
         {"6:13: options.retained"}},
        {"t_all_at_once.yaml",
         "id: 't t'\n"
         "topic: 'u u'\n"
         "kind: mqtt\n"
         "mach: level() == OK\n"
         "match: chnged()\n"
         "options:\n"
         "  broker-name: nobody\n"
         "  topic: 'a/#'\n"
         "  qos: 9\n"
         "  payload: '{{ .Nope }}'\n"
         "  retaind: true\n",
         {"1:5: id", "2:8: topic", "4:1: mach", "5:8: match", "7:16: options.broker-name", "8:13: options.topic",
          "9:8: options.qos", "10:16: options.payload", "11:3: options.retaind"}},
    };
    for (const auto& file : files) site.handler(file.name, file.text);
    site.handler("sound.yaml", "id: sound\ntopic: t\nkind: log\noptions:\n  path: sound.log\n");

    const auto finished = site.check();
    CHECK(finished.code == 1);
    const auto lines = lines_of(all_of(finished));
    std::string missing;
    std::size_t expected = 3;
    for (const auto& file : files) {
        expected += file.mistakes.size();
        for (const std::string mistake : file.mistakes)
            if (!told(lines, file.name, mistake)) missing += std::string{file.name} + ":" + mistake + "\n";
    }
    for (const char* mistake :
         {"10:1: mqtt.usrname|did you mean \"username\"", "17:1: task-log.rate-limt|did you mean \"rate-limit\"",
          "18:1: task-lag|did you mean \"task-log\""})
        if (!told(lines, "tocsin.toml", mistake)) missing += std::string{"tocsin.toml:"} + mistake + "\n";
    INFO(all_of(finished));
    CHECK(missing == "");
    CHECK(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
              return line.starts_with(site.path().string());
          }) == static_cast<long>(expected));

    const auto started = run({tocsin_exe(), "run", "--config", site.config().string()});
    CHECK(started.code == 1);
    CHECK(all_of(started) == all_of(finished));
    CHECK(broker->log().find("New client connected") == std::string::npos);
    CHECK_FALSE(std::filesystem::exists(site.path() / "handlers/sound.log"));
}

TEST_CASE("a folder without handler files, and files whose endings are mistyped, are warned of") {
    const std::string empty = "tocsin.toml:2:16: warning: tocsin.handlers-dir: ";
    const Site site{""};
    CHECK(site.check().err.find(empty) == site.check().err.find("tocsin.toml"));
    const struct {
        std::string name;
        std::string ending;
        std::string meant;
    } mistyped[]{{"a", ".yamll", ".yaml"},
                 {"b", ".yml1", ".yml"},
                 {"c", ".YAML", ".yaml"},
                 {"d", ".jsn", ".json"},
                 {"e", ".tmol", ".toml"}};
    for (const auto& one : mistyped) {
        CAPTURE(one.ending);
        site.handler(one.name + one.ending, "");
        const auto words = "handlers/" + one.name + one.ending +
                           ": warning: is not read as a handler file: its name ends in " + one.ending +
                           " (did you mean " + one.meant + "?)\n";
        const auto finished = site.check();
        CHECK(finished.code == 0);
        CHECK(finished.err.find(words) != std::string::npos);
        CHECK(finished.err.find(empty) != std::string::npos);
    }
    // A folder is no handler file, whatever its name.
    std::filesystem::create_directory(site.path() / "handlers" / "folder.yaml");
    CHECK(site.check().err.find(empty) != std::string::npos);

    const Site sound{""};
    sound.handler("sound.yaml", "id: sound\ntopic: t\nkind: log\noptions:\n  path: x.log\n");
    for (const auto* name : {".b.yamll", "sound.yaml~", "README.md", "notes.txt", "sound.yaml.bak", "yaml", "Makefile"})
        sound.handler(name, "");
    std::filesystem::create_directory(sound.path() / "handlers" / "old.yamll");
    CHECK(sound.check().err == "");
}

TEST_CASE("a file whose ending is mistyped is warned of at a reload, too") {
    const ReloadSite site;
    Router router{site.config()};
    site.handler("b.yamll", "");
    reload(router);
    const auto line = router.wait_for("b.yamll");
    CHECK(line.level == "warning");
    CHECK(router.stop().code == 0);
}

TEST_CASE("brokers: names and the default") {
    const auto section = [](const char* keys) { return std::string{"[[mqtt]]\nenabled = true\n"} + keys; };
    const std::string a = section("name = \"a\"\nurl = \"tcp://h:1\"\n");
    const std::string b = section("name = \"b\"\nurl = \"tcp://h:1\"\n");
    const std::string is_default = "default = true\n";
    struct {
        const char* name;
        std::string text;
        const char* says;  ///< nullptr: sound
    } cases[] = {
        {"one without a name", section("url = \"tcp://h:1\"\n"), nullptr},
        {"one that is not marked", a, nullptr},
        {"two, one default", a + is_default + b, nullptr},
        {"no default", a + b, "default"},
        {"two defaults", a + is_default + b + is_default,
         ":13:11: mqtt.default: more than one section is marked as the default, the first at "},
        {"two defaults, the first one", a + is_default + b + is_default, "tocsin.toml:8:11"},
        {"one name twice", a + is_default + a, "\"a\""},
        {"a missing name", a + is_default + section("url = \"tcp://h:1\"\n"), "name"},
        {"no url", section("name = \"a\"\n"), "url"},
        {"a bad url", section("name = \"a\"\nurl = \"http://h:1\"\n"), "url"},
        {"a port out of range", section("name = \"a\"\nurl = \"tcp://h:70000\"\n"), "url"},
        {"certificate without key", section("name = \"a\"\nurl = \"ssl://h:1\"\nssl-cert = \"x.pem\"\n"), "ssl-"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const auto finished = check_configuration(one.text);
        INFO(all_of(finished));
        CHECK(finished.code == (one.says == nullptr ? 0 : 1));
        if (one.says == nullptr) continue;
        const auto lines = lines_of(all_of(finished));
        CHECK(std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find("tocsin.toml:") != std::string::npos && line.find(one.says) != std::string::npos;
        }));
    }
}

TEST_CASE("a mistake in one option hides none that the plugin finds in others, and brings none of its own") {
    const std::string broker = "[[mqtt]]\nenabled = true\n";
    const struct {
        const char* name;
        std::string section;
        std::vector<const char*> says;
    } cases[] = {
        {"url and window", broker + "url = \"bad\"\nwindow = 0\n", {"mqtt.url: ", "mqtt.window: "}},
        {"two files",
         broker + "url = \"ssl://h\"\nusername = \"u\"\npassword = { file = \"none\" }\nssl-ca = \"nowhere.pem\"\n",
         {"mqtt.password: \"none\"", "mqtt.ssl-ca: "}},
        {"the other of a pair",
         broker + "url = \"tcp://h\"\nusername = 5\npassword = \"p\"\nreconnect-min = \"5\"\n"
                  "reconnect-max = \"20ms\"\n",
         {"mqtt.username: ", "mqtt.reconnect-min: "}},
        {"a required one missing", broker + "window = 0\n", {"mqtt.url: missing", "mqtt.window: "}},
        {"enabled", "[[mqtt]]\nenabled = 1\nurl = \"bad\"\n", {"mqtt.enabled: ", "mqtt.url: "}},
        {"a name",
         broker + "url = \"tcp://h\"\nname = 1\ndefault = true\n" + broker + "url = \"bad\"\nname = \"b\"\n",
         {"mqtt.name: must be a string", "mqtt.url: "}},
        {"a source",
         "[[task-log]]\nlisten = \"127.0.0.1\"\nrate-limit = \"x\"\n",
         {"task-log.listen: ", "task-log.rate-limit: "}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const auto finished = check_configuration(one.section);
        INFO(all_of(finished));
        CHECK(finished.code == 1);
        for (const std::string says : one.says) CHECK(finished.err.find(says) != std::string::npos);
        CHECK(lines_of(finished.err).size() == one.says.size() + 1);
    }
    const Site site{mqtt_section("plant", "tcp://h:1")};
    site.handler("h.yaml",
                 "id: h\ntopic: t\nkind: mqtt\noptions:\n  topic: '{{ .Nope }}'\n  qos: 9\n  message-expiry: 5s\n");
    const auto finished = site.check();
    INFO(all_of(finished));
    for (const char* says : {"options.topic: ", "options.qos: ", "options.message-expiry: needs MQTT 5", "3 mistakes"})
        CHECK(finished.err.find(says) != std::string::npos);
}

TEST_CASE("the configuration file itself") {
    const TempDir folder;
    const auto check = [&](const std::filesystem::path& file) {
        return run({tocsin_exe(), "check", "--config", file.string()});
    };
    const auto missing = check(folder.path() / "none.toml");
    CHECK(missing.code == 1);
    CHECK(all_of(missing).find("none.toml") != std::string::npos);
    const auto broken = check(folder.write("broken.toml", "[tocsin]\nhandlers-dir = \n"));
    CHECK(broken.code == 1);
    CHECK(all_of(broken).find("broken.toml:2:") != std::string::npos);
    const auto no_folder = check(folder.write("folder.toml", "[tocsin]\nhandlers-dir = \"nowhere\"\n"));
    CHECK(no_folder.code == 1);
    CHECK(all_of(no_folder).find("folder.toml:2:") != std::string::npos);
    CHECK(all_of(no_folder).find("handlers-dir") != std::string::npos);
    const auto twice = check_configuration("[mqtt]\nurl = \"tcp://h:1\"\n[mqtt]\nurl = \"tcp://h:2\"\n");
    CHECK(twice.err.find("6:2: mqtt: is there twice: first in line 4, column 2; write [[mqtt]] in both places") !=
          std::string::npos);
    const auto only_once = check_configuration("[http]\n[http]\n");
    CHECK(only_once.err.find("5:2: http: is there twice: first in line 4, column 2; remove one\n") !=
          std::string::npos);
    const auto list = check(folder.write("list.toml", "[[tocsin]]\nhandlers-dir = \".\"\n"));
    CHECK(list.err.find("tocsin: must be a table, not a list: write [tocsin], once\n") != std::string::npos);
    const auto unknown = check_configuration("", "drain-timout = \"5s\"");
    CHECK(unknown.code == 1);
    CHECK(all_of(unknown).find("did you mean \"drain-timeout\"") != std::string::npos);
    CHECK(check(folder.path()).code == 1);
    const auto garbage = check(folder.write("garbage.toml", std::string_view{"\0\1\xff\xfe[[[", 7}));
    CHECK(garbage.code == 1);
}

TEST_CASE("a password in a file with mistakes is not shown") {
    const auto finished = check_configuration(
        "[[mqtt]]\nname = \"a\"\nenabled = true\nurl = \"tcp://h:1\"\nusername = \"u\"\npassword = "
        "\"canary-1\"\npasword = \"canary-2\"\n[[mqtt]]\nname = \"a\"\nenabled = true\nurl = "
        "\"tcp://u:canary-3@h:1\"\npassword = [\"canary-4\"]\n");
    INFO(all_of(finished));
    CHECK(finished.code == 1);
    CHECK(all_of(finished).find("canary") == std::string::npos);
}
