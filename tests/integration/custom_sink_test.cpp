#include "counts.hpp"
#include "datagrams.hpp"
#include "support/process.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* file_sink = R"(#include <tocsin/sink.hpp>

#include <array>
#include <fstream>
#include <string>
#include <string_view>

class FileSink final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "file";
    static constexpr std::array handler_options{tocsin::Option{"path", tocsin::path, "file to append to"}};

    explicit FileSink(tocsin::Host) {}

    void send(tocsin::Delivery event) override {
        std::ofstream out{std::string{event.option("path")}, std::ios::app};
        out << event.topic() << '\t' << event.message() << std::endl;
        if (out) event.delivered();
        else event.retry("write failed");
    }
};
TOCSIN_SINK(FileSink, "1.0")
)";

/// The SDK as `meson install` leaves it, and a plugin built against it.
class BuiltOutside {
  public:
    BuiltOutside() {
        const auto stage = folder_.path() / "stage";
        run_ok({"meson", "install", "--no-rebuild", "-C", setting("TOCSIN_BUILD"), "--destdir", stage.string()}, {},
               60s);
        const auto source = folder_.write("file_sink.cpp", file_sink);
        Arguments command{"c++",     "-std=c++20", "-Wall",   "-Wextra",       "-Wpedantic",
                          "-Werror", "-fPIC",      "-shared", source.string(), "-o"};
        std::filesystem::create_directory(plugins());
        command.push_back((plugins() / "file.so").string());
        std::istringstream flags{
            run_ok({"pkg-config", "--cflags", "--libs", "tocsin-plugin"},
                   {{"PKG_CONFIG_PATH", pc_folder(stage).string()}, {"PKG_CONFIG_SYSROOT_DIR", stage.string()}})};
        for (std::string flag; flags >> flag;) command.push_back(flag);
        run_ok(command, {}, 90s);
    }

    std::filesystem::path plugins() const { return folder_.path() / "plugins"; }

  private:
    static std::filesystem::path pc_folder(const std::filesystem::path& stage) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{stage})
            if (entry.path().filename() == "tocsin-plugin.pc") return entry.path().parent_path();
        throw std::runtime_error{"tocsin-plugin.pc is not installed"};
    }

    TempDir folder_;
};

void receives(const Site& site, std::uint16_t port, const Environment& environment) {
    const auto file = site.path() / "handlers" / "out.txt";
    site.handler("file.yaml", "id: file\ntopic: qlik.*\nkind: file\noptions:\n  path: out.txt\n");
    Router router{site.config(), environment};
    send_udp(port, failed_line.text());
    send_udp(port, engine_line);
    REQUIRE(wait_until([&] { return lines_of(read_text(file)).size() == 2; }));
    const auto lines = lines_of(read_text(file));
    CHECK(lines[0].starts_with("qlik.task\t"));
    CHECK(lines[0].ends_with(failed_line.message));
    CHECK(lines[1].starts_with("qlik.engine\t"));
    CHECK(router.stop().code == 0);
    check_counts(router);
}

}  // namespace

TEST_CASE("a sink built outside the tree against the installed SDK") {
    const BuiltOutside built;
    const auto port = free_port(Protocol::udp);

    const Site by_configuration{task_log_section(port), "plugin-path = [\"" + built.plugins().string() + "\"]"};
    receives(by_configuration, port, {});

    const Environment environment{{"TOCSIN_PLUGIN_PATH", built.plugins().string()}};
    const Site by_environment{task_log_section(port)};
    receives(by_environment, port, environment);
    CHECK(run_ok({tocsin_exe(), "plugins"}, environment).find("file to append to") != std::string::npos);
    CHECK(run_ok({tocsin_exe(), "plugins"}).find("file to append to") == std::string::npos);

    by_environment.handler("file.yaml", "id: file\ntopic: t\nkind: file\noptions:\n  pth: out.txt\n");
    const auto finished = by_environment.check(environment);
    CHECK(finished.code == 1);
    CHECK((finished.out + finished.err).find("file.yaml:5:3: options.pth") != std::string::npos);
}
