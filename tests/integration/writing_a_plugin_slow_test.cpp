#include "guide.hpp"
#include "support/router.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <iostream>
#include <string>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

void save_config(Workshop& workshop) {
    workshop.run_ok("folders");
    workshop.save("tocsin.toml");
    workshop.append("tocsin.toml#1");
    workshop.save("inbox.cpp");
}

/// `command` with the blocks' compiler replaced by it.
Finished build(Workshop& workshop, const std::string& name, const std::string& compiler) {
    const auto command = workshop.block("run=" + name);
    REQUIRE(command.starts_with("c++ "));
    return workshop.shell(compiler + command.substr(3, command.size() - 4) + strict);
}

/// Empty when there is none that can compile and link with it.
std::string compiler_with_libcxx(const Workshop& workshop) {
    for (const std::string compiler : {"clang++-14", "clang++"}) {
        auto command = compiler + " -stdlib=libc++";
        if (workshop.shell("echo '#include <version>' | " + command + " -x c++ -shared -fPIC -o plugin.so -").code == 0)
            return command;
    }
    return {};
}

void succeeds(const Finished& finished) {
    CHECK(finished.code == 0);
    CHECK(finished.err == "");
}

}  // namespace

TEST_CASE("the guide's sink in Rust") {
    Workshop workshop;
    if (workshop.shell("rustc --version").code != 0) {
        std::cout << "SKIPPED: rust plugin: no rustc" << std::endl;
        return;
    }
    save_config(workshop);
    workshop.run_ok("build-inbox");
    workshop.save("file_sink.rs");
    workshop.run_ok("build-file-sink-rust", " -D warnings");
    workshop.save("handlers/file-rust.yaml");
    CHECK(workshop.shell("nm -D --defined-only plugins/file-rust.so | awk '{ print $3 }'").out == "tocsin_plugin\n");
    {
        Router router{workshop.config()};
        workshop.raise("1", "CRITICAL pump-3 hot");
        CHECK(wait_until([&] { return workshop.read("out-rust.txt") == "inbox\thot\n"; }));
        CHECK(router.stop().code == 0);
    }
    check_file_sink(workshop, "file-rust");

    auto panics = workshop.read("file_sink.rs");
    const std::string at = "    let line = ";
    REQUIRE(panics.find(at) != std::string::npos);
    panics.insert(panics.find(at), "    if message == b\"bad\" { panic!(\"bad\"); }\n");
    workshop.write("file_sink.rs", panics);
    workshop.run_ok("build-file-sink-rust");
    Router router{workshop.config()};
    workshop.raise("1", "CRITICAL pump-1 bad");
    workshop.raise("2", "CRITICAL pump-2 good");
    CHECK(wait_until([&] { return workshop.read("out-rust.txt").ends_with("inbox\tgood\n"); }));
    CHECK(router.process().running());
    CHECK(router.output().find(R"("reason":"panicked")") != std::string::npos);
}

TEST_CASE("the guide's C++ with another compiler and standard library than the host's") {
    Workshop workshop;
    const auto other = compiler_with_libcxx(workshop);
    if (other.empty()) {
        std::cout << "SKIPPED: libc++ plugin: no clang++ with libc++" << std::endl;
        return;
    }
    save_config(workshop);
    workshop.save("file_sink.cpp");
    workshop.save("journal.cpp");
    succeeds(build(workshop, "build-file-sink", other));
    succeeds(build(workshop, "build-inbox", other));
    succeeds(build(workshop, "build-journal", other));
    for (const auto* plugin : {"file", "inbox", "journal"}) {
        CAPTURE(plugin);
        const auto needed = workshop.shell("objdump -p plugins/" + std::string{plugin} + ".so | grep NEEDED").out;
        CHECK(needed.find("libc++.so") != std::string::npos);
        CHECK(needed.find("libstdc++") == std::string::npos);
    }
    check_file_sink(workshop, "file");

    workshop.append("tocsin.toml#2");
    workshop.save("handlers/journal.yaml");
    Router router{workshop.config()};
    router.wait_for("cannot open ");
    workshop.raise("1", "CRITICAL pump-3 hot");
    std::filesystem::create_directory(workshop.path() / "plant");
    CHECK(wait_until([&] { return workshop.read("plant/journal.txt") == "CRITICAL pump-3: hot\n"; }));
    CHECK(router.stop().code == 0);
}

TEST_CASE("the guide's way to install the SDK") {
    const Guide guide;
    const TempDir folder;
    const auto build = (folder.path() / "build").string();
    auto commands = guide.block("run=install");
    // The program itself is built elsewhere: this installs the SDK alone.
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"setup build", "setup " + build},
                                   {"/opt/tocsin", (folder.path() / "opt").string()},
                                   {"install -C build", "install --no-rebuild --tags devel -C " + build}}) {
        REQUIRE(commands.find(from) != std::string::npos);
        commands.replace(commands.find(from), from.size(), to);
    }
    run_ok({"sh", "-ec", "cd '" + setting("TOCSIN_SOURCE") + "'\n" + commands}, {}, 120s);
    const auto source = folder.write("file_sink.cpp", guide.block("file=file_sink.cpp"));
    std::string command = guide.block("run=build-file-sink");
    run_ok({"sh", "-ec",
            "cd '" + folder.path().string() + "' && mkdir plugins\nexport PKG_CONFIG_PATH=" +
                "$(dirname $(find opt -name tocsin-plugin.pc))\n" + command},
           {}, 60s);
    CHECK(std::filesystem::exists(folder.path() / "plugins" / "file.so"));
}
