#include "support/process.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

namespace fs = std::filesystem;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Environment test_plugin() { return {{"TOCSIN_PLUGIN_PATH", setting("TEST_PLUGINS")}}; }

Finished sample(const Arguments& arguments) {
    Arguments command{tocsin_exe(), "sample"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, test_plugin());
}

std::string sample_of(const Arguments& arguments) {
    auto finished = sample(arguments);
    CHECK(finished.code == 0);
    CHECK(finished.err == "");
    return std::move(finished.out);
}

struct Kind {
    std::string name;
    bool is_sink;
};

std::vector<Kind> kinds() {
    std::vector<Kind> all;
    for (const auto& line : lines_of(sample_of({}))) {
        std::istringstream words{line};
        Kind kind;
        std::string what;
        words >> kind.name >> what;
        kind.is_sink = what == "sink";
        if (kind.name != "tocsin" && kind.name != "http") all.push_back(kind);
    }
    return all;
}

/// "key = value" and "key: value" of a sample: the lines that are in effect, or (`left_out`) those that are not.
std::map<std::string, std::string> options_in(const std::string& text, bool left_out, const std::string& mark = "#") {
    std::map<std::string, std::string> options;
    for (auto line : lines_of(text, true)) {
        line.erase(0, line.find_first_not_of(' '));
        if (left_out != line.starts_with(mark)) continue;
        if (left_out) line.erase(0, mark.size());
        const auto end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
        if (end == 0 || end == std::string::npos) continue;
        const auto value = line.substr(end).starts_with(" = ") ? end + 3 : end + 2;
        if (line.substr(end, value - end) == " = " || line.substr(end, value - end) == ": ")
            options[line.substr(0, end)] = line.substr(value);
    }
    return options;
}

/// Gives each required option that is "" a value that suits it.
std::string filled_in(std::string text) {
    const std::map<std::string, std::string> special{{"url", "tcp://h:1"}, {"handlers-dir", "handlers"}};
    for (const auto& [key, value] : options_in(text, false)) {
        if (value != "\"\"") continue;
        const auto known = special.find(key);
        const auto given = "\"" + (known == special.end() ? "x" : known->second) + "\"";
        for (const std::string between : {" = ", ": "})
            if (const auto at = text.find("\n" + key + between + "\"\"\n"); at != std::string::npos)
                text.replace(at + 1 + key.size() + between.size(), 2, given);
            else if (const auto inside = text.find("\n  " + key + between + "\"\"\n"); inside != std::string::npos)
                text.replace(inside + 3 + key.size() + between.size(), 2, given);
    }
    return text;
}

/// With every option that shows a default in effect.
std::string with_defaults(const std::string& text) {
    std::string all;
    bool has_default = false;
    for (auto line : lines_of(text)) {
        const auto at = line.find_first_not_of(' ');
        const bool is_option = at != std::string::npos && line[at] == '#' && line.substr(at + 1, 1) != " ";
        if (is_option && has_default && line != "#") line.erase(at, 1);
        has_default = line.find(" default ") != std::string::npos && line.ends_with(")");
        all += line + "\n";
    }
    return all;
}

struct Loaded {
    std::string tocsin;
    std::string section;
    std::string handler;
};

Finished load(const Loaded& files) {
    const TempDir folder;
    fs::create_directory(folder.path() / "handlers");
    const auto config = folder.write("tocsin.toml", files.tocsin + files.section);
    if (!files.handler.empty()) folder.write("handlers/example.yaml", files.handler);
    return run({tocsin_exe(), "check", "--config", config.string()}, test_plugin());
}

}  // namespace

TEST_CASE("every sample loads once it is filled in, with and without its defaults") {
    const auto all = kinds();
    REQUIRE(all.size() >= 4);
    const auto tocsin = sample_of({"tocsin"});
    for (const auto& kind : all) {
        CAPTURE(kind.name);
        const auto section = sample_of({kind.name});
        const auto handler = kind.is_sink ? sample_of({kind.name, "--handler"}) : "";
        const Loaded plain{filled_in(tocsin), filled_in(section), filled_in(handler)};
        const Loaded full{with_defaults(plain.tocsin), with_defaults(plain.section), with_defaults(plain.handler)};
        CHECK(full.section.size() <= plain.section.size());
        for (const auto* files : {&plain, &full}) {
            const auto finished = load(*files);
            INFO(files->section, files->handler, finished.out, finished.err);
            CHECK(finished.code == 0);
            CHECK(holds(finished.out,
                        kind.is_sink ? "1 handlers, 1 sinks, 0 sources" : "0 handlers, 0 sinks, 1 sources"));
        }
    }
}

TEST_CASE("the sample of [http] loads, with and without its defaults") {
    const auto tocsin = filled_in(sample_of({"tocsin"}));
    const auto http = sample_of({"http"});
    CHECK(holds(http, "[http]\n"));
    CHECK(holds(http, "#listen = \"127.0.0.1:9092\"\n"));
    CHECK(load({tocsin, http, ""}).code == 0);
    CHECK(load({tocsin, with_defaults(http), ""}).code == 0);
}

TEST_CASE("what is required and not filled in is told") {
    const auto finished =
        load({filled_in(sample_of({"tocsin"})), sample_of({"mqtt"}), sample_of({"mqtt", "--handler"})});
    CHECK(finished.code == 1);
    CHECK(holds(finished.err, "mqtt.url"));
    CHECK(holds(finished.err, "options.topic"));
    CHECK(load({sample_of({"tocsin"}), "", ""}).code == 1);
}

TEST_CASE("options of every type are shown with what they take and what they are without") {
    const auto text = sample_of({"every-option"});
    for (const char* part :
         {"# a number of things\n# (whole number from 3 to 9, required)\ncount = 3\n",
          "# (duration from 2s to 1m30s, required)\npause = \"2s\"\n",
          "# a file\\n= \"not a line of its own\"\n# (path, required)\nfile = \"\"\n",
          "# (one of red, 7, true, required)\ncolour = \"red\"\n", "# (string, secret: better { file = \"...\" } or ",
          "# (whole number, default 0600)\n#other-mode = 0o600\n", "#other-mode: 0600\n", "#other-flag = true\n",
          "#other-items = [\"a\", \"b\\\"\"]\n", "#other-text = \"\\\"'\\\\ # {{ . }}\"\n", "#other-key = \"\"\n",
          "Repeat the section for more of them; then each needs a name.\n"}) {
        CAPTURE(part);
        CHECK(holds(text, part));
    }
    CHECK_FALSE(holds(text, "canary"));
}

TEST_CASE("the handler file behind a section is the one that stands alone") {
    for (const auto& kind : kinds()) {
        if (!kind.is_sink) continue;
        std::string uncommented;
        bool begun = false;
        for (const auto& line : lines_of(sample_of({kind.name}))) {
            begun = begun || line.starts_with("# # A handler of kind ");
            if (begun) uncommented += line.substr(std::min<std::size_t>(line.size(), 2)) + "\n";
        }
        CHECK(uncommented == sample_of({kind.name, "--handler"}));
    }
}

TEST_CASE("the kinds are listed, and an unknown one is told with the nearest") {
    const auto list = sample_of({});
    for (const char* word : {"tocsin ", "http ", "mqtt ", "log ", "task-log ", "every-option ", "sink", "source"})
        CHECK(holds(list, word));
    const auto unknown = sample({"mqt"});
    CHECK(unknown.code == 2);
    CHECK(unknown.out == "");
    CHECK(unknown.err == "tocsin: no plugin brings the kind \"mqt\" (did you mean \"mqtt\"?)\n");
    CHECK(sample({"task-log", "--handler"}).code == 2);
    CHECK(sample({"tocsin", "--handler"}).code == 2);
    CHECK(sample({"http", "--handler"}).code == 2);
    CHECK(holds(sample({"htpp"}).err, "did you mean \"http\"?"));
    CHECK(sample({"mqtt", "log"}).code == 2);
}

TEST_CASE("the sample files of the plugins agree with what the plugins declare, and load") {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator{fs::path{setting("TOCSIN_SOURCE")} / "plugins"}) {
        const auto file = entry.path() / "sample.toml";
        if (!fs::exists(file)) continue;
        ++count;
        const auto kind = entry.path().filename().string();
        CAPTURE(kind);
        const auto written = read_text(file);
        const auto generated = sample_of({kind});
        const auto in_effect = options_in(written, false);
        const auto left_out = options_in(written, true, "# ");
        auto declared = options_in(generated, true);
        for (const auto& [key, value] : options_in(generated, false)) declared[key] = value;
        for (const auto& option : declared) {
            const auto& key = option.first;
            const auto& value = option.second;
            CAPTURE(key);
            CHECK(in_effect.count(key) + left_out.count(key) == 1);
            if (value != "\"\"" && value != "[]" && left_out.contains(key)) CHECK(left_out.at(key) == value);
        }
        for (const auto* keys : {&in_effect, &left_out})
            for (const auto& option : *keys) {
                CAPTURE(option.first);
                CHECK(declared.contains(option.first));
            }
        CHECK(load({"[tocsin]\nhandlers-dir = \"handlers\"\n", written, ""}).code == 0);
    }
    CHECK(count >= 2);
}
