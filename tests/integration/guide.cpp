#include "guide.hpp"

#include "counts.hpp"
#include "support/ports.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <stdexcept>

using namespace std::chrono_literals;

namespace tocsin::testing {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::filesystem::path package_file(const std::filesystem::path& stage) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator{stage})
        if (entry.path().filename() == "tocsin-plugin.pc") return entry.path();
    throw std::runtime_error{"tocsin-plugin.pc is not installed"};
}

}  // namespace

Guide::Guide() {
    std::string says;
    std::map<std::string, int> appended;
    for (const auto& line :
         lines_of(read_text(std::filesystem::path{setting("TOCSIN_SOURCE")} / "docs" / "writing-a-plugin.md"))) {
        if (!line.starts_with("```")) {
            if (!says.empty()) blocks_[says] += line + '\n';
            continue;
        }
        if (!says.empty()) {
            says.clear();
            continue;
        }
        const auto space = line.find(' ');
        if (space == std::string::npos) throw std::runtime_error{"a block that no test knows: " + line};
        says = line.substr(space + 1);
        if (says.starts_with("append=")) says += '#' + std::to_string(++appended[says]);
        if (!blocks_.try_emplace(says).second) throw std::runtime_error{"two blocks say " + says};
    }
}

const std::string& Guide::block(const std::string& says) const {
    const auto found = blocks_.find(says);
    if (found == blocks_.end()) throw std::runtime_error{"the guide has no block " + says};
    return found->second;
}

std::set<std::string> Guide::all() const {
    std::set<std::string> names;
    for (const auto& [says, text] : blocks_) names.insert(says);
    return names;
}

Workshop::Workshop() : port_{free_port(Protocol::udp)} {
    const auto stage = folder_.path() / "stage";
    testing::run_ok({"meson", "install", "--no-rebuild", "-C", setting("TOCSIN_BUILD"), "--destdir", stage.string()},
                    {}, 60s);
    const auto package = package_file(stage);
    prefix_ = package.parent_path().parent_path();
    while (!std::filesystem::exists(prefix_ / "bin")) prefix_ = prefix_.parent_path();
    library_folder_ = package.parent_path().parent_path().lexically_relative(prefix_).string();
    std::filesystem::create_directory(path());
    // Routers that tests start from here are the installed one.
    ::setenv("TOCSIN_EXE", (prefix_ / "bin" / "tocsin").c_str(), 1);
}

const std::string& Workshop::block(const std::string& says) {
    used_.insert(says);
    return guide_.block(says);
}

std::string Workshop::here(std::string text) const {
    replace_all(text, "/opt/tocsin", prefix_.string());
    replace_all(text, "lib/x86_64-linux-gnu", library_folder_);
    replace_all(text, "9998", std::to_string(port_));
    replace_all(text, "/home/you", path().string());
    return text;
}

void Workshop::write(const std::string& name, const std::string& text) const {
    folder_.write(std::filesystem::path{"work"} / name, text);
}

void Workshop::save(const std::string& name) { write(name, here(block("file=" + name))); }

void Workshop::append(const std::string& says) {
    const auto name = says.substr(0, says.find('#'));
    write(name, read(name) + '\n' + here(block("append=" + says)));
}

Finished Workshop::run(const std::string& name, const std::string& more) {
    auto commands = here(block("run=" + name));
    commands.pop_back();
    return shell(commands + more);
}

std::string Workshop::run_ok(const std::string& name, const std::string& more) {
    auto finished = run(name, more);
    if (finished.code != 0 || !finished.err.empty())
        throw std::runtime_error{"run=" + name + " ended with " + std::to_string(finished.code) + ":\n" + finished.err};
    return std::move(finished.out);
}

Finished Workshop::shell(const std::string& commands) const {
    const auto script = "cd '" + path().string() + "'\n" + here(guide_.block("run=environment")) + commands + '\n';
    // The .pc file names the prefix it was configured for; the stage is below another folder.
    return testing::run({"sh", "-ec", script},
                        {{"PKG_CONFIG_SYSROOT_DIR", (folder_.path() / "stage").string()}, {"LC_ALL", "C.UTF-8"}}, 100s);
}

std::string Workshop::output(const std::string& name) { return here(block("output=" + name)); }

void Workshop::raise(const std::string& file, const std::string& line) const {
    write("inbox/." + file, line + '\n');
    std::filesystem::rename(path() / "inbox" / ("." + file), path() / "inbox" / file);
}

void check_file_sink(const Workshop& workshop, const std::string& kind) {
    CAPTURE(kind);
    workshop.write("late/tocsin.toml",
                   "[tocsin]\nhandlers-dir = \"handlers\"\nplugin-path = [\"../plugins\"]\n\n"
                   "[[inbox]]\nfolder = \"../inbox\"\ninterval = \"10ms\"\n");
    workshop.write("late/handlers/late.yaml",
                   "id: late\ntopic: inbox\nkind: " + kind + "\noptions:\n  path: ../there/out.txt\n");
    Router router{workshop.path() / "late" / "tocsin.toml"};
    workshop.raise("1", "CRITICAL a first");
    workshop.raise("2", "OK a second");
    CHECK(router.wait_for("delivery failed").value("reason") == "write failed");
    std::filesystem::create_directory(workshop.path() / "late" / "there");
    CHECK(wait_until([&] { return workshop.read("late/there/out.txt").ends_with("inbox\tsecond\n"); }));
    CHECK(workshop.read("late/there/out.txt") == "inbox\tfirst\ninbox\tsecond\n");
    CHECK(wait_until([&] { return std::filesystem::is_empty(workshop.path() / "inbox"); }));
    CHECK(router.stop().code == 0);
    CHECK(number(check_counts(router), "left_behind") == 0);
    std::filesystem::remove_all(workshop.path() / "late");
}

}  // namespace tocsin::testing
