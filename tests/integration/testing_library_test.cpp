#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

/// What an author does outside the tree, with nothing but the installed SDK.
class Author {
  public:
    Author() {
        run_ok({"meson", "install", "--no-rebuild", "--tags", "devel,testing", "-C", setting("TOCSIN_BUILD"),
                "--destdir", stage().string()},
               {}, 60s);
        const auto pc = find("tocsin-testing.pc");
        // With the path as it was, as ccache would find this script again.
        const auto compiler = folder_.write(
            "bin/c++", "#!/bin/sh\nPATH='" + setting("PATH") + "' exec " + setting("TOCSIN_CXX") + " \"$@\"\n");
        std::filesystem::permissions(compiler, std::filesystem::perms::owner_all);
        environment_ = {{"PATH", compiler.parent_path().string() + ":" + setting("PATH")},
                        {"PKG_CONFIG_PATH", pc.parent_path().string()},
                        {"PKG_CONFIG_SYSROOT_DIR", stage().string()},
                        {"LD_LIBRARY_PATH", find("libtocsin-testing.so.1").parent_path().string()}};
    }

    void write(const std::string& file, const std::string& text) const { folder_.write("work/" + file, text); }

    /// Runs a shell script in the author's folder.
    Finished shell(const std::string& script) const {
        return run({"sh", "-euc", "cd \"$0\"; " + script, (folder_.path() / "work").string()}, environment_, 120s);
    }

    std::filesystem::path find(const std::string& name) const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{stage()})
            if (entry.path().filename() == name) return entry.path();
        throw std::runtime_error{name + " is not installed"};
    }

  private:
    std::filesystem::path stage() const { return folder_.path() / "stage"; }

    TempDir folder_;
    Environment environment_;
};

struct Block {
    std::string name;  ///< empty: a script
    std::string text;
};

/// The blocks of a document that are fenced as "```cpp NAME" or "```sh".
std::vector<Block> blocks_of(const std::string& document) {
    std::vector<Block> blocks;
    bool inside = false;
    for (const auto& line : lines_of(document, true)) {
        if (!inside && (line.starts_with("```cpp ") || line == "```sh")) {
            blocks.push_back({line == "```sh" ? "" : line.substr(7), ""});
            inside = true;
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

constexpr auto c_sink = R"(
#include <tocsin/abi.h>
#include <string.h>

#define TEXT(literal) {literal, sizeof literal - 1}

static const struct tocsin_host *host;

static int32_t create(const struct tocsin_host *given, const struct tocsin_value *options, uint64_t count,
                      void **instance, struct tocsin_error *error) {
    (void)options, (void)count, (void)instance, (void)error;
    host = given;
    return TOCSIN_OK;
}
static int32_t bind(void *instance, const struct tocsin_value *options, uint64_t count, void **binding,
                    struct tocsin_error *error) {
    (void)instance, (void)options, (void)count, (void)binding, (void)error;
    return TOCSIN_OK;
}
static void unbind(void *instance, void *binding) { (void)instance, (void)binding; }
static void submit(void *instance, const struct tocsin_delivery *const *deliveries, uint64_t count) {
    const struct tocsin_string none = TEXT(""), late = TEXT("tired");
    (void)instance;
    for (uint64_t i = 0; i < count; ++i) {
        const struct tocsin_string text = deliveries[i]->values[0];
        const int twice = text.size == 5 && memcmp(text.data, "twice", 5) == 0;
        host->ack(host->context, deliveries[i]->ticket, TOCSIN_DELIVERED, none);
        if (twice) host->ack(host->context, deliveries[i]->ticket, TOCSIN_RETRY, late);
    }
}
static void stop(void *instance, int64_t timeout) { (void)instance, (void)timeout; }
static void destroy(void *instance) { (void)instance; }

static const struct tocsin_option options[] = {{.struct_size = sizeof(struct tocsin_option),
                                                .type = TOCSIN_OPTION_TEMPLATE,
                                                .flags = TOCSIN_OPTION_REQUIRED,
                                                .name = TEXT("text"),
                                                .help = TEXT("what to say")}};
static const struct tocsin_sink_kind kind = {.struct_size = sizeof kind,
                                             .name = TEXT("plain-c"),
                                             .handler_options = options,
                                             .handler_option_count = 1,
                                             .max_in_flight = 10,
                                             .create = create,
                                             .bind = bind,
                                             .unbind = unbind,
                                             .submit = submit,
                                             .stop = stop,
                                             .destroy = destroy};
static const struct tocsin_sink_kind *const kinds[] = {&kind};
TOCSIN_EXPORT extern const struct tocsin_plugin_descriptor tocsin_plugin;
const struct tocsin_plugin_descriptor tocsin_plugin = {.struct_size = sizeof tocsin_plugin,
                                                       .abi_major = TOCSIN_ABI_MAJOR,
                                                       .abi_minor = TOCSIN_ABI_MINOR,
                                                       .name = TEXT("plain-c"),
                                                       .version = TEXT("1"),
                                                       .sinks = kinds,
                                                       .sink_count = 1};
)";

constexpr auto c_sink_test = R"(
#include <tocsin/testing.hpp>

#include <iostream>

int main() {
    using namespace tocsin::testing;
    const Plugin plugin{"./plain_c.so"};
    HostedSink sink{plugin.sink("plain-c")};
    const auto handler = sink.bind("text: '{{ .Message }}'");
    sink.start();
    tocsin::EventDraft event;
    event.topic = event.id = "x";
    event.message = "once";
    std::cout << static_cast<int>(sink.answer_to(sink.submit(handler, event))->outcome) << '\n';
    event.message = "twice";
    std::cout << static_cast<int>(sink.answer_to(sink.submit(handler, event))->outcome) << '\n';
    sink.stop();
    for (const auto& violation : sink.violations()) std::cout << violation << '\n';
    try {
        Plugin{"./plain_c.c"};
    } catch (const Mistake& mistake) {
        std::cout << mistake.what() << '\n';
    }
    try {
        plugin.source("plain-c");
    } catch (const std::out_of_range& error) {
        std::cout << error.what() << '\n';
    }
}
)";

}  // namespace

TEST_CASE("what docs/testing-a-plugin.md shows can be compiled and run against the installed SDK") {
    const Author author;
    const auto blocks =
        blocks_of(read_text(std::filesystem::path{setting("TOCSIN_SOURCE")} / "docs/testing-a-plugin.md"));
    int scripts = 0;
    for (const auto& block : blocks) {
        if (!block.name.empty()) {
            author.write(block.name, block.text);
            continue;
        }
        CAPTURE(block.text);
        const auto finished = author.shell(block.text);
        CHECK(finished.err == "");
        CHECK(finished.code == 0);
        CHECK(finished.out.find(" 4 passed | 0 failed | 0 skipped") != std::string::npos);
        ++scripts;
    }
    CHECK(scripts == 1);
}

TEST_CASE("a sink in C is tested out of its shared library") {
    const Author author;
    author.write("plain_c.c", c_sink);
    author.write("plain_c_test.cpp", c_sink_test);
    const auto finished = author.shell(
        "cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fPIC -shared plain_c.c -o plain_c.so"
        " $(pkg-config --cflags-only-I tocsin-plugin); "
        "c++ -Wall -Wextra -Wpedantic -Werror plain_c_test.cpp -o plain_c_test"
        " $(pkg-config --cflags --libs tocsin-testing); ./plain_c_test");
    CHECK(finished.err == "");
    CHECK(finished.code == 0);
    const auto lines = lines_of(finished.out);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == "0");
    CHECK(lines[1] == "0");
    CHECK(lines[2] == "ack: ticket 2 was answered twice, delivered and then retry");
    CHECK(lines[3] == "is no shared library: move it out of the plugin folder");
    CHECK(lines[4] == "the plugin has no kind plain-c");
}
