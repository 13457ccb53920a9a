#include "support/process.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin::testing;

namespace {

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("help and version") {
    const auto help = run_ok({tocsin_exe(), "--help"});
    for (const char* word : {"run", "check", "plugins", "--log-format", "--version"}) {
        CAPTURE(word);
        CHECK(holds(help, word));
    }
    CHECK(holds(run_ok({tocsin_exe(), "--version"}), setting("TOCSIN_VERSION").c_str()));
}

TEST_CASE("the plugins that come along, with their options") {
    const auto text = run_ok({tocsin_exe(), "plugins"});
    for (const char* word : {"mqtt", "log", "task-log", "broker-name", "retained", "insecure-skip-verify", "path",
                             "listen", "allow-from", "dedupe"}) {
        CAPTURE(word);
        CHECK(holds(text, word));
    }
}

TEST_CASE("a wrong command line is refused with words") {
    for (const Arguments& wrong : {Arguments{"walk"}, Arguments{"run", "--confg", "x"}, Arguments{"check"},
                                   Arguments{"--log-format", "yaml", "plugins"}, Arguments{}}) {
        Arguments command{tocsin_exe()};
        command.insert(command.end(), wrong.begin(), wrong.end());
        const auto finished = run(command);
        CAPTURE(command.back());
        CHECK(finished.code != 0);
        CHECK(finished.code < 128);
        CHECK_FALSE((finished.out + finished.err).empty());
    }
}
