#include "support/process.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("help and version") {
    const auto help = run_ok({tocsin_exe(), "--help"});
    for (const char* word :
         {"run", "check", "plugins", "sample", "spool", "--log-format", "--version", "Exit codes: 0 "}) {
        CAPTURE(word);
        CHECK(holds(help, word));
    }
    CHECK(holds(run_ok({tocsin_exe(), "--version"}), setting("TOCSIN_VERSION").c_str()));
}

TEST_CASE("each command has help of its own") {
    const struct {
        const char* command;
        std::vector<const char*> words;
    } cases[] = {
        {"run", {"--config", "SIGHUP", "Exit codes: 0 "}},
        {"check", {"--config", "--connect", "--timeout", "10s", "Exit codes: 0 "}},
        {"plugins", {"TOCSIN_PLUGIN_PATH", "Exit codes: 0 "}},
        {"spool", {"--config", "--state-dir", "list", "show", "verify", "requeue", "drop", "export", "Exit codes: 0 "}},
        {"sample", {"KIND", "--handler", "tocsin sample mqtt >> tocsin.toml", "Exit codes: 0 "}},
    };
    for (const auto& one : cases) {
        const auto help = run_ok({tocsin_exe(), one.command, "--help"});
        for (const char* word : one.words) {
            CAPTURE(one.command);
            CAPTURE(word);
            CHECK(holds(help, word));
        }
    }
}

TEST_CASE("the plugins that come along, with their options") {
    const auto text = run_ok({tocsin_exe(), "plugins"});
    for (const char* word : {"mqtt", "log", "task-log", "broker-name", "retained", "insecure-skip-verify", "path",
                             "listen", "allow-from", "dedupe"}) {
        CAPTURE(word);
        CHECK(holds(text, word));
    }
}

TEST_CASE("a command that is missing or mistyped is told with those that there are") {
    const std::string all = "run, check, plugins, sample, spool";
    const std::string actions = "list, show, verify, requeue, drop, export";
    const std::string more = "Run \"tocsin --help\" for more information.\n";
    const std::string more_of_spool = "Run \"tocsin spool --help\" for more information.\n";
    const struct {
        Arguments words;
        std::string told;
    } cases[] = {
        {{}, "tocsin: say which command: " + all + "\n" + more},
        {{"--verbose"}, "tocsin: say which command: " + all + "\n" + more},
        {{"chek"}, "tocsin: unknown command or argument: chek (did you mean \"check\"?)\n" + more},
        {{"chek", "--config", "x"}, "tocsin: unknown command or argument: chek (did you mean \"check\"?)\n" + more},
        {{"walk"}, "tocsin: unknown command or argument: walk (known: " + all + ")\n" + more},
        {{"spool"}, "tocsin: say which command: " + actions + "\n" + more_of_spool},
        {{"spool", "--state-dir", "x"}, "tocsin: say which command: " + actions + "\n" + more_of_spool},
        {{"spool", "lits", "--state-dir", "x"},
         "tocsin: unknown command or argument: lits (did you mean \"list\"?)\n" + more_of_spool},
        {{"spool", "--state-dir", "x", "frob"},
         "tocsin: unknown command or argument: frob (known: " + actions + ")\n" + more_of_spool},
    };
    for (const auto& one : cases) {
        Arguments command{tocsin_exe()};
        command.insert(command.end(), one.words.begin(), one.words.end());
        CAPTURE(command.back());
        const auto finished = run(command);
        CHECK(finished.code == 2);
        CHECK(finished.out == "");
        CHECK(finished.err == one.told);
    }
    // A command that lacks an option is another matter.
    CHECK(holds(run({tocsin_exe(), "check"}).err, "--config is required"));
}

TEST_CASE("a wrong command line is refused with words") {
    for (const Arguments& wrong : {Arguments{"walk"}, Arguments{"run", "--confg", "x"}, Arguments{"check"},
                                   Arguments{"--log-format", "yaml", "plugins"}, Arguments{},
                                   Arguments{"check", "--config", "x", "--timeout", "1s"},
                                   Arguments{"check", "--config", "x", "--connect", "--timeout", "1"},
                                   Arguments{"check", "--config", "x", "--connect", "--timeout", "0s"},
                                   Arguments{"check", "--config", "x", "--connect", "--timeout", "2h"},
                                   Arguments{"sample", "nothing"}, Arguments{"sample", "log", "mqtt"}}) {
        Arguments command{tocsin_exe()};
        command.insert(command.end(), wrong.begin(), wrong.end());
        const auto finished = run(command);
        CAPTURE(command.back());
        CHECK(finished.code == 2);
        CHECK_FALSE((finished.out + finished.err).empty());
        if (command.back() == "0s")
            CHECK((finished.out + finished.err).find("above 0s and of at most 1h") != std::string::npos);
    }
}
