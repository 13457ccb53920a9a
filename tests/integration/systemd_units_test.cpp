#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace tocsin::testing;
namespace fs = std::filesystem;

namespace {

/// Everything that is installed, in a folder of its own.
class Stage {
  public:
    Stage() {
        run_ok(
            {"meson", "install", "--no-rebuild", "-C", setting("TOCSIN_BUILD"), "--destdir", folder_.path().string()},
            {}, std::chrono::minutes{1});
    }

    fs::path at(const fs::path& installed) const { return folder_.path() / installed.relative_path(); }
    std::string unit(const std::string& name) const {
        return read_text(at(fs::path{setting("PREFIX")} / setting("UNIT_DIR") / name));
    }
    std::string write(const std::string& name, const std::string& text) const {
        return folder_.write(fs::path{"units"} / name, text).string();
    }

  private:
    TempDir folder_;
};

/// The values of all lines `key=...`.
std::vector<std::string> values(const std::string& unit, const std::string& key) {
    std::vector<std::string> found;
    for (const auto& line : lines_of(unit))
        if (line.starts_with(key + "=")) found.push_back(line.substr(key.size() + 1));
    return found;
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
    const auto at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), by);
}

}  // namespace

TEST_CASE("the units start the program that is installed with them") {
    const Stage stage;
    const auto starts = values(stage.unit("tocsin.service"), "ExecStart");
    REQUIRE(starts.size() == 1);
    const auto program = starts[0].substr(0, starts[0].find(' '));
    CHECK(fs::path{program}.is_absolute());
    CHECK(::access(stage.at(program).c_str(), X_OK) == 0);

    // The line as it stands there, on the program: it wants the configuration, and says so with its place.
    const auto finished = run({"sh", "-c", stage.at(starts[0]).string()});
    const auto config = starts[0].substr(starts[0].rfind(' ') + 1);
    CHECK(fs::path{config}.is_absolute());
    CHECK(finished.code == 1);
    CHECK(finished.err.find(config + ": ") != std::string::npos);
}

TEST_CASE("the socket unit listens where a task log listens by itself") {
    const Stage stage;
    const auto listens = values(stage.unit("tocsin.socket"), "ListenDatagram");
    REQUIRE(listens.size() == 1);
    const auto program = stage.at(values(stage.unit("tocsin.service"), "ExecStart")[0]).string();
    const auto sample = run_ok({program.substr(0, program.find(' ')), "sample", "task-log"});
    CHECK(sample.find("\"" + listens[0] + "\"") != std::string::npos);
}

TEST_CASE("systemd understands the units, and finds the service well protected") {
    if (run({"sh", "-c", "command -v systemd-analyze"}).code != 0) {
        std::cout << "SKIPPED: systemd-analyze: not installed" << std::endl;
        return;
    }
    const Stage stage;
    auto service = stage.unit("tocsin.service");
    const auto start = values(service, "ExecStart").at(0);
    service = replaced(service, start, stage.at(start).string());
    service = replaced(service, "/bin/kill", "/bin/true");
    const auto service_file = stage.write("tocsin.service", service);
    const auto socket_file = stage.write("tocsin.socket", stage.unit("tocsin.socket"));
    const auto verified = run({"systemd-analyze", "verify", service_file, socket_file});
    CHECK(verified.code == 0);
    CHECK(verified.err == "");
    // 0 is protected from everything, 100 from nothing; other daemons on a Debian have 80 and more.
    CHECK(run({"systemd-analyze", "security", "--offline=yes", "--threshold=20", service_file}).code == 0);
    CHECK(run({"systemd-analyze", "security", "--offline=yes", "--threshold=10", service_file}).code != 0);
    CHECK(
        run({"systemd-analyze", "verify", stage.write("wrong.service", replaced(service, "=strict", "=strikt"))}).err !=
        "");
}
