#include "config/environment.hpp"

#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace tocsin::core {
namespace {

using Told = std::vector<std::string>;

OptionSpec option(std::string name, OptionType type) {
    OptionSpec spec;
    spec.name = std::move(name);
    spec.type = type;
    return spec;
}

const std::vector<OptionSpec>& mqtt_options() {
    static const auto options = [] {
        std::vector<OptionSpec> all{option("url", OptionType::string),      option("password", OptionType::string),
                                    option("window", OptionType::integer),  option("ratio", OptionType::real),
                                    option("enabled", OptionType::boolean), option("keep-alive", OptionType::duration),
                                    option("ssl-ca", OptionType::path),     option("listen", OptionType::list),
                                    option("version", OptionType::choice)};
        all[1].secret = true;
        all[2].ranged = true;
        all[2].minimum = 1;
        all[2].maximum = 100;
        all[8].choices = {"3.1.1", "5"};
        return all;
    }();
    return options;
}

const std::vector<OptionSpec> task_options{option("log-level", OptionType::string), option("name", OptionType::string)};
const std::vector<OptionSpec> task_log_options{option("listen", OptionType::list), option("level", OptionType::string)};
const std::vector<OptionSpec> no_options;

/// A configuration read, with the variables put into it and then checked.
struct Site {
    Node root;
    Environment variables;
    Mistakes mistakes;
    std::vector<std::vector<OptionValue>> mqtt;
    std::vector<KindOfSection> kinds{{"mqtt", &mqtt_options(), {}},
                                     {"task", &task_options, {}},
                                     {"task-log", &task_log_options, {}},
                                     {"log", &no_options, {}},
                                     {"tocsin", &task_options, {}, false}};

    Site(const std::string& text, Environment given) : variables{std::move(given)} {
        root = read_toml(SourceText{text, "file"}, mistakes);
        REQUIRE(mistakes.empty());
        for (auto& kind : kinds)
            for (auto& [key, where, value] : root.table) {
                if (key != kind.name) continue;
                if (value.kind == Node::Kind::table) kind.sections.push_back(&value);
                for (auto& table : value.list) kind.sections.push_back(&table);
            }
        apply_environment(variables, kinds, mistakes);
        for (const auto* section : kinds[0].sections)
            mqtt.push_back(check_options(*section, mqtt_options(), "mqtt.", "/etc", mistakes));
    }

    std::string told() const {
        std::ostringstream out;
        mistakes.print(out);
        return out.str();
    }
};

constexpr const char* one = "[[mqtt]]\nurl = \"file\"\nlisten = [\"a\", \"b\"]\n";
constexpr const char* two = "[[mqtt]]\nurl = \"file\"\n[[mqtt]]\nurl = \"file\"\n";

/// What is told about one variable, without its name and the line's end; "" for nothing.
std::string told(const std::string& text, const std::string& variable, const std::string& value = "x") {
    const Site site{text, {{variable, value}}};
    CHECK(site.variables.empty());
    auto line = site.told();
    if (line.empty()) return line;
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    CHECK(line.starts_with(variable + ": "));
    return line.substr(variable.size() + 2, line.size() - variable.size() - 3);
}

}  // namespace

TEST_CASE("a variable sets an option of a section, whatever the file says") {
    for (const char* name : {"TOCSIN_MQTT_0_URL", "TOCSIN_MQTT_URL"}) {
        CAPTURE(name);
        for (const char* text : {one, "[mqtt]\nurl = \"file\"\n", "[[mqtt]]\n", "[mqtt]\n"}) {
            const Site site{text, {{name, "environment"}}};
            CHECK(site.told() == "");
            CHECK(site.mqtt.at(0)[0].text == "environment");
            CHECK(*site.mqtt.at(0)[0].where.file == name);
            CHECK(site.mqtt.at(0)[0].where.line == 0);
        }
    }
    const Site site{two, {{"TOCSIN_MQTT_1_URL", "environment"}}};
    CHECK(site.mqtt.at(0)[0].text == "file");
    CHECK(site.mqtt.at(1)[0].text == "environment");
    // As with Kapacitor, the index wins.
    const Site both{one, {{"TOCSIN_MQTT_URL", "without"}, {"TOCSIN_MQTT_0_URL", "with"}}};
    CHECK(both.mqtt.at(0)[0].text == "with");
    const Site others{one, {{"TOCSIN_EXE", "x"}, {"TOCSIN_MQTTS_0_URL", "x"}, {"TOCSIN_VERSION", "x"}}};
    CHECK(others.told() == "");
    CHECK(others.variables.size() == 3);
}

TEST_CASE("values of every type") {
    const Site site{one,
                    {{"TOCSIN_MQTT_0_URL", "007"},
                     {"TOCSIN_MQTT_0_PASSWORD", " \"a\"=b\n"},
                     {"TOCSIN_MQTT_0_WINDOW", "0x1F"},
                     {"TOCSIN_MQTT_0_RATIO", "2.5"},
                     {"TOCSIN_MQTT_0_ENABLED", "T"},
                     {"TOCSIN_MQTT_0_KEEP_ALIVE", "1m30s"},
                     {"TOCSIN_MQTT_0_SSL_CA", "ca.pem"},
                     {"TOCSIN_MQTT_0_LISTEN", "[\"x\", 'y']"},
                     {"TOCSIN_MQTT_0_VERSION", "5"}}};
    CHECK(site.told() == "");
    const auto& values = site.mqtt.at(0);
    CHECK(values[0].text == "007");
    CHECK(values[1].text == " \"a\"=b\n");
    CHECK(values[2].integer == 31);
    CHECK(values[3].real == 2.5);
    CHECK(values[4].integer == 1);
    CHECK(values[5].integer == 90'000'000'000);
    CHECK(values[6].text == "/etc/ca.pem");
    CHECK(values[7].items == Told{"x", "y"});
    CHECK(values[8].text == "5");
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False"})
        CHECK(Site{one, {{"TOCSIN_MQTT_0_ENABLED", no}}}.mqtt.at(0)[4].integer == 0);
    CHECK(Site{one, {{"TOCSIN_MQTT_0_RATIO", "3"}}}.mqtt.at(0)[3].real == 3);
    CHECK(Site{one, {{"TOCSIN_MQTT_0_WINDOW", "017"}}}.mqtt.at(0)[2].integer == 15);
}

TEST_CASE("lists, whole and by item") {
    const auto listen = [](const Environment& variables, const char* text = one) {
        const Site site{text, variables};
        CHECK(site.told() == "");
        return site.mqtt.at(0)[7].items;
    };
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN", "x"}}) == Told{"x"});
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN", "[::1]:9998"}}) == Told{"[::1]:9998"});
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN", "[]"}}).empty());
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN_0", "x"}}) == Told{"x", "b"});
    CHECK(listen({{"TOCSIN_MQTT_LISTEN_1", "x"}}) == Told{"a", "x"});
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN_2", "x"}, {"TOCSIN_MQTT_0_LISTEN_3", "y"}}) == Told{"a", "b", "x", "y"});
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN", "[\"x\", \"y\"]"}, {"TOCSIN_MQTT_0_LISTEN_1", "z"}}) == Told{"x", "z"});
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN_0", "x"}}, "[[mqtt]]\n") == Told{"x"});
    CHECK(listen({{"TOCSIN_MQTT_0_LISTEN_1", "x"}}, "[[mqtt]]\nlisten = \"a\"\n") == Told{"a", "x"});
    Environment many;
    for (int i = 0; i < 12; ++i) many["TOCSIN_MQTT_0_LISTEN_" + std::to_string(i)] = std::to_string(i);
    CHECK(listen(many, "[[mqtt]]\n").at(11) == "11");
    CHECK(told(one, "TOCSIN_MQTT_0_LISTEN_3") == "the list has 2 items, counted from 0: the next one is item 2");
    CHECK(told(one, "TOCSIN_MQTT_0_LISTEN", "[a]") == "must be a single string, or a list as in TOML: [\"a\", \"b\"]");
    CHECK(told(one, "TOCSIN_MQTT_0_LISTEN", "[1]") ==
          "mqtt.listen: must be a string, not a whole number (put it in quotes)");
}

TEST_CASE("values are checked like those of the file, at the variable") {
    CHECK(told(one, "TOCSIN_MQTT_0_WINDOW", "101") == "mqtt.window: must be a whole number from 1 to 100, not \"101\"");
    for (const char* wrong : {"many", "~", "null", "yes", "1.5e400x", " 1", "1 "})
        CHECK(told(one, "TOCSIN_MQTT_0_WINDOW", wrong) ==
              "mqtt.window: must be a whole number from 1 to 100, not a string");
    CHECK(told(one, "TOCSIN_MQTT_0_WINDOW", "99999999999999999999").starts_with("mqtt.window: must be a whole number"));
    CHECK(told(one, "TOCSIN_MQTT_0_ENABLED", "yes") == "mqtt.enabled: must be true or false, not a string");
    CHECK(told(one, "TOCSIN_MQTT_0_KEEP_ALIVE", "5") ==
          "mqtt.keep-alive: must be a duration, such as \"5s\", not \"5\"");
    CHECK(told(one, "TOCSIN_MQTT_0_RATIO", "1e999").starts_with("mqtt.ratio: must be a number"));
    CHECK(told(one, "TOCSIN_MQTT_0_VERSION", "4") == "mqtt.version: must be one of 3.1.1, 5, not \"4\"");
    CHECK(told(one, "TOCSIN_MQTT_0_URL", "\xff") == "is not UTF-8");
    CHECK(told(one, "TOCSIN_MQTT_0_PASSWORD", "canary\xff") == "is not UTF-8");
}

TEST_CASE("a variable of a known kind that names no section or no option is a mistake") {
    CHECK(told(one, "TOCSIN_MQTT_0_PASWORD") == "\"PASWORD\" is no option of [[mqtt]] (did you mean \"PASSWORD\"?)");
    CHECK(told(one, "TOCSIN_MQTT_0_SSL-CA").find("(did you mean \"SSL_CA\"?)") != std::string::npos);
    CHECK(told(one, "TOCSIN_MQTT_0_url").find("(did you mean \"URL\"?)") != std::string::npos);
    CHECK(told(one, "TOCSIN_MQTT_0_COLOUR").find("(known: URL, PASSWORD, ") != std::string::npos);
    CHECK(told(one, "TOCSIN_MQTT_0_URL_0").starts_with("\"URL_0\" is no option"));
    CHECK(told(one, "TOCSIN_MQTT_00_URL").starts_with("\"00_URL\" is no option"));
    for (const char* name : {"TOCSIN_MQTT", "TOCSIN_MQTT_", "TOCSIN_MQTT_0", "TOCSIN_MQTT_0_"})
        CHECK(told(one, name) == "names no option of [[mqtt]]");
    CHECK(told(one, "TOCSIN_MQTT_1_URL") ==
          "there is no section 1: the configuration has one [[mqtt]] section, number 0");
    CHECK(told(two, "TOCSIN_MQTT_2_URL") == "there is no section 2: the configuration has 2 [[mqtt]] sections, 0 to 1");
    CHECK(told(two, "TOCSIN_MQTT_URL") ==
          "the configuration has 2 [[mqtt]] sections, 0 to 1: say which one, as in TOCSIN_MQTT_0_URL");
    CHECK(told(two, "TOCSIN_MQTT_UR").starts_with("\"UR\" is no option of [[mqtt]]"));
    CHECK(told("", "TOCSIN_MQTT_0_URL") == "the configuration has no [[mqtt]] section");
    CHECK(told("[[log]]\n", "TOCSIN_LOG_0_PATH") == "a [[log]] section has no options");
    CHECK(told("[tocsin]\n", "TOCSIN_TOCSIN_0_NAME").starts_with("\"0_NAME\" is no option of [tocsin]"));
    CHECK(told(one, "TOCSIN_MQTT_0_" + std::string(100'000, 'X')).size() < 200);
    CHECK(told(one, "TOCSIN_MQTT_99999999999999999999_URL").starts_with("\"99999999999999999999_URL\" is no option"));
}

TEST_CASE("a kind whose name begins with another one's") {
    const auto set = [](const char* variable) {
        const Site site{"[task]\n[task-log]\n", {{variable, "x"}}};
        for (const auto& kind : site.kinds)
            for (const auto* section : kind.sections)
                for (const auto& entry : section->table) return kind.name + "." + entry.key;
        return site.told();
    };
    CHECK(set("TOCSIN_TASK_LOG_0_LISTEN") == "task-log.listen");
    CHECK(set("TOCSIN_TASK_LOG_LEVEL") == "task-log.level");
    CHECK(set("TOCSIN_TASK_0_LOG_LEVEL") == "task.log-level");
    CHECK(set("TOCSIN_TASK_NAME") == "task.name");
    CHECK(set("TOCSIN_TASK_LOG_0_NAME").find("\"NAME\" is no option of [[task-log]]") != std::string::npos);
}

TEST_CASE("what is almost the name of an option is warned of") {
    const auto warned = [](const char* variable) {
        Site site{one, {{variable, "canary"}}};
        warn_of_near_misses(site.variables, site.kinds, site.mistakes);
        return site.told();
    };
    CHECK(warned("TOCSIN_MQT_0_PASSWORD") ==
          "TOCSIN_MQT_0_PASSWORD: warning: is not used (did you mean \"TOCSIN_MQTT_0_PASSWORD\"?)\n");
    CHECK(warned("TOCSIN_MQTTT_PASSWORD").find("\"TOCSIN_MQTT_PASSWORD\"") != std::string::npos);
    CHECK(warned("TOCSIN_mqtt_0_password").find("\"TOCSIN_MQTT_0_PASSWORD\"") != std::string::npos);
    CHECK(warned("TOCSIN_TASKLOG_0_LISTEN").find("\"TOCSIN_TASK_LOG_0_LISTEN\"") != std::string::npos);
    CHECK(warned("TOCSIN_NAME").find("\"TOCSIN_TOCSIN_NAME\"") != std::string::npos);
    for (const char* other : {"TOCSIN_EXE", "TOCSIN_SOURCE", "TOCSIN_", "TOCSIN__", "TOCSIN__URL", "TOCSIN_PASSWORD",
                              "TOCSIN_KAFKA_0_URL", "TOCSIN_0_URL"}) {
        CAPTURE(other);
        CHECK(warned(other) == "");
    }
}

TEST_CASE("of this process's variables") {
    setenv("TOCSIN_MQTT_0_URL", "a=b", 1);
    setenv("TOCSIN_MQTT_1_URL", "", 1);
    setenv("TOCSIN_PLUGIN_PATH", "/x", 1);
    setenv("XTOCSIN_MQTT_0_URL", "x", 1);
    const auto variables = variables_of_process();
    CHECK(variables.at("TOCSIN_MQTT_0_URL") == "a=b");
    CHECK_FALSE(variables.contains("TOCSIN_MQTT_1_URL"));
    CHECK_FALSE(variables.contains("TOCSIN_PLUGIN_PATH"));
    for (const auto& [name, value] : variables) CHECK(name.starts_with("TOCSIN_"));
    for (const char* name : {"TOCSIN_MQTT_0_URL", "TOCSIN_MQTT_1_URL", "TOCSIN_PLUGIN_PATH", "XTOCSIN_MQTT_0_URL"})
        unsetenv(name);
}

}  // namespace tocsin::core
