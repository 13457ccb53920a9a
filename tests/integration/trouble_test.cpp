#include "datagrams.hpp"
#include "support/process.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>

using namespace tocsin::testing;

namespace {

bool tells(const Finished& finished, std::string_view text) {
    INFO(finished.err);
    return finished.err.find(text) != std::string::npos;
}

Finished run_site(const Site& site) { return run({tocsin_exe(), "run", "--config", site.config().string()}); }

}  // namespace

TEST_CASE("a sink that cannot deliver is told with its reason, and delivers once it can") {
    const auto port = free_port(Protocol::udp);
    const Site site{task_log_section(port)};
    const auto folder = site.path() / "logs";
    std::filesystem::create_directory(folder);
    site.handler("diary.yaml", diary_handler(folder / "diary.log"));
    Router router{site.config()};
    std::filesystem::remove(folder);
    send_udp(port, failed_line.text());
    const auto line = router.wait_for("delivery failed, it is tried again");
    CHECK(line.raw.find("cannot open the file") != std::string::npos);
    std::filesystem::create_directory(folder);
    wait_for_diary(folder / "diary.log", 1);
    CHECK(router.stop().code == 0);
}

TEST_CASE("one unknown key hides nothing else of its section, and a plugin tells all it finds") {
    const Site site{
        "[[mqtt]]\nenabled = true\nurl = \"http://x\"\npassword = \"p\"\nbogus = 1\n"
        "[[task-log]]\nlisten = [\"x\", \"y\"]\nallow-from = [\"z\"]\ntime-zone = \"q\"\nbogus = 1\n"};
    site.handler("l.yaml", "id: l\ntopic: t\nkind: log\noptions:\n  path: none/x.log\n  bogus: 1\n");
    const auto finished = site.check();
    CHECK(finished.code == 1);
    for (const auto* text :
         {"mqtt.bogus: unknown option", ":7: mqtt.url: ", ":12: mqtt.password: ", "task-log.bogus: unknown option",
          ":10: task-log.listen: \"x\"", ":10: task-log.listen: \"y\"", ":14: task-log.allow-from: ",
          ":13: task-log.time-zone: ", "options.bogus: unknown option", "l.yaml:5:9: options.path: "})
        CHECK(tells(finished, text));
}

TEST_CASE("an address is read by one source") {
    const auto port = free_port(Protocol::udp);
    const Site two{task_log_section(port) + task_log_section(port)};
    const auto finished = run_site(two);
    CHECK(finished.code == 1);
    CHECK(tells(finished, "task-log-1 does already"));

    const auto address = "\"127.0.0.1:" + std::to_string(port) + "\"";
    const Site twice{"[[task-log]]\nlisten = [" + address + ", " + address + "]\n"};
    CHECK(tells(twice.check(), "stands there twice"));
}

TEST_CASE("a handler file that cannot be read ends the reading of no other") {
    const Site site{task_log_section(free_port(Protocol::udp))};
    std::filesystem::create_symlink("a.yaml", site.path() / "handlers/a.yaml");
    site.handler("b.yaml", "id: b\ntopic: t\nkind: lag\n");
    const auto finished = site.check();
    CHECK(finished.code == 1);
    CHECK(tells(finished, "a.yaml: "));
    CHECK(tells(finished, "b.yaml:3:7: kind: "));
}

TEST_CASE("wrong use of the command line exits with 2 and names what is wrong") {
    const auto unknown = run({tocsin_exe(), "bogus"});
    CHECK(unknown.code == 2);
    CHECK(tells(unknown, "bogus"));
    CHECK(run({tocsin_exe()}).code == 2);
    CHECK(run({tocsin_exe(), "run"}).code == 2);
    CHECK(run({tocsin_exe(), "run", "--confg", "x"}).code == 2);
}
