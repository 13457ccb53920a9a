#include "process.hpp"
#include "log_line.hpp"
#include "ports.hpp"
#include "temp_dir.hpp"
#include "wait.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>

using namespace tocsin::testing;
using namespace std::chrono_literals;

TEST_CASE("a temporary folder is removed with what it holds") {
    std::filesystem::path path;
    {
        const TempDir folder;
        path = folder.path();
        CHECK(read_text(folder.write("deep/down/file", "a\n\0b")) == "a\n");
        CHECK(std::filesystem::exists(path / "deep/down/file"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(read_text(path / "nothing").empty());
}

TEST_CASE("waiting ends when it holds, or at the deadline") {
    int looks = 0;
    CHECK(wait_until([&] { return ++looks == 3; }));
    CHECK(looks == 3);
    CHECK_FALSE(wait_until([] { return false; }, 20ms));
    CHECK(wait_until([] { return true; }, 0ms));
}

TEST_CASE("a process: output, exit code, arguments, environment") {
    const auto finished = run({"sh", "-c", R"(printf '%s|%s' "$1" "$WORD"; echo trouble >&2; exit 7)", "sh", "a b"},
                              {{"WORD", "from outside"}});
    CHECK(finished.code == 7);
    CHECK(finished.out == "a b|from outside");
    CHECK(finished.err == "trouble\n");
    CHECK(run({"/nowhere/at-all"}).code == 127);
    CHECK(run_ok({"cat"}).empty());
    CHECK_THROWS_AS(run_ok({"false"}), std::runtime_error);
    CHECK_THROWS_AS(run({"tail", "-f", "/dev/null"}, {}, 20ms), std::runtime_error);
}

TEST_CASE("a process: descriptors from number 3 on, in their order, and no others") {
    const TempDir folder;
    std::vector<int> handles;
    for (const auto* name : {"b", "a"})
        handles.push_back(::open(folder.write(name, name).c_str(), O_RDONLY | O_CLOEXEC));
    const std::string script = R"(cat <&3; cat <&4; (: <&5) 2>/dev/null || printf ' %s' "$LISTEN_FDS"
        test "$LISTEN_PID" = $$ && printf ' mine')";
    Process process{{"sh", "-c", script}, {}, handles};
    CHECK(process.wait() == 0);
    CHECK(process.out() == "ba 2 mine");
    for (const int handle : handles) CHECK(::close(handle) == 0);
    CHECK(run_ok({"sh", "-c", "printf '%s' \"${LISTEN_FDS-none}${LISTEN_PID-none}\"; (: <&3) 2>/dev/null || echo ."}) ==
          "nonenone.\n");
}

TEST_CASE("a process: signals, and no survivor") {
    pid_t id = 0;
    {
        Process process{{"tail", "-f", "/dev/null"}};
        id = process.id();
        CHECK(process.running());
        CHECK_FALSE(process.wait(1ms));
    }
    CHECK(::kill(id, 0) != 0);

    Process process{{"tail", "-f", "/dev/null"}};
    process.send_signal(SIGTERM);
    CHECK(process.wait() == 128 + SIGTERM);
    CHECK_FALSE(process.running());
    process.kill();
    CHECK(process.wait() == 128 + SIGTERM);
}

TEST_CASE("lines") {
    CHECK(lines_of("").empty());
    CHECK(lines_of("a\n\nb") == std::vector<std::string>{"a", ""});
    CHECK(lines_of("a\n\nb", true) == std::vector<std::string>{"a", "", "b"});
    CHECK(lines_of("a\n", true) == std::vector<std::string>{"a"});
}

TEST_CASE("free ports differ, and a held one is not given") {
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 200; ++i) CHECK(ports.insert(free_port(i % 2 == 0 ? Protocol::tcp : Protocol::udp)).second);
    const UdpSocket held;
    CHECK_FALSE(ports.contains(held.port()));
}

TEST_CASE("log lines") {
    const LogLine line{R"({"time":"t","level":"info","msg":"a\tb","n":5,"x":{"y":[1, "z"]}})"};
    CHECK(line.level == "info");
    CHECK(line.msg == "a\tb");
    CHECK(line.value("n") == "5");
    CHECK(line.value("x") == R"({"y":[1,"z"]})");
    CHECK_FALSE(line.value("none"));
    CHECK_THROWS_AS(LogLine{"no JSON"}, std::runtime_error);
    CHECK_THROWS_AS(LogLine{R"(["time","level","msg"])"}, std::runtime_error);
    CHECK_THROWS_AS(LogLine{R"({"time":"t","level":"info"})"}, std::runtime_error);
    CHECK_THROWS_AS(LogLine{R"({"time":"t","level":"info","msg":"m"} {})"}, std::runtime_error);
}
