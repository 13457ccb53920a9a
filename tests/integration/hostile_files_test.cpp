#include "support/process.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin::testing;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t size = 1024 * 1024 - 100;
constexpr long most_memory = 512L * 1024;  // KiB

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool measures_memory = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool measures_memory = false;
#else
constexpr bool measures_memory = true;
#endif
#else
constexpr bool measures_memory = true;
#endif

std::string filled_with(std::string_view part, std::string_view head = "", std::string_view tail = "") {
    std::string text{head};
    while (text.size() + part.size() + tail.size() <= size) text += part;
    return text.append(tail);
}

/// `before`, a number and `after`, again and again.
std::string numbered(std::string_view before, std::string_view after, std::string_view head = "",
                     std::string_view tail = "") {
    std::string text{head};
    for (int i = 0; text.size() + before.size() + after.size() + 10 + tail.size() <= size; ++i)
        text.append(before).append(std::to_string(i)).append(after);
    return text.append(tail);
}

std::string laughs() {
    std::string text = "a0: &a0 [ha, ha, ha]\n";
    for (int i = 1; i < 30; ++i) {
        const auto last = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + "," + last + "," + last + "]\n";
    }
    return text;
}

struct Case {
    const char* name;
    std::string text;
};

void expect_mistakes(const Finished& finished, const std::string& file) {
    INFO(finished.err.substr(0, 2000));
    CHECK(finished.code == 1);
    CHECK(finished.out.empty());
    CHECK(finished.err.find(file) != std::string::npos);
    CHECK(finished.err.size() < 64UL * 1024);
    if (!measures_memory) return;
    rusage usage{};
    REQUIRE(getrusage(RUSAGE_CHILDREN, &usage) == 0);
    CHECK(usage.ru_maxrss < most_memory);
}

void expect_mistakes_in_handlers(const std::string& extension, const std::vector<Case>& cases) {
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const Site site{""};
        site.handler("a" + extension, one.text);
        expect_mistakes(site.check(), "a" + extension + ":");
    }
}

Finished check_configuration(const fs::path& file) { return run({tocsin_exe(), "check", "--config", file.string()}); }

using namespace std::string_view_literals;

std::string utf16(std::string_view text) {
    std::string bytes = "\xff\xfe";
    for (const char c : text) bytes.append(1, c).append(1, '\0');
    return bytes;
}

}  // namespace

TEST_CASE("hostile TOML ends in mistakes, as configuration and as handler file") {
    const std::vector<Case> cases{
        {"deep list", filled_with("[", "a=")},
        {"deep table", filled_with("{a=", "a=")},
        {"deep key", filled_with("a.", "", "a=1")},
        {"deep header", filled_with("a.", "[", "a]")},
        {"keys", numbered("k", "=1\n")},
        {"keys of one section", numbered("k", "=1\n", "[[mqtt]]\n")},
        {"sections", filled_with("[[mqtt]]\n")},
        {"sections within sections", filled_with("[[a]]\n[[a.b]]\n[[a.b.c]]\n")},
        {"dates", numbered("k", "=2020-01-01\n")},
        {"list", filled_with("1,", "a=[", "]")},
        {"whole number", "a=99999999999999999999\n"},
        {"number", "a=1e999999\n"},
        {"digits", filled_with("9", "a=")},
        {"digits behind the point", filled_with("9", "a=0.")},
        {"long key", filled_with("k", "", "=1")},
        {"long name of a section", filled_with("k", "[[", "]]")},
        {"long string", filled_with("x", "a=\"", "\"")},
        {"open string", filled_with("x\n", "a='''")},
        {"NUL", std::string{"a=1\n\0"sv}},
        {"UTF-16", utf16("[tocsin]\nhandlers-dir = \"h\"\n")},
        {"two marks",
         "\xef\xbb\xbf\xef\xbb\xbf"
         "a=1\n"},
    };
    expect_mistakes_in_handlers(".toml", cases);
    for (const auto& one : cases) {
        CAPTURE(one.name);
        const TempDir folder;
        expect_mistakes(check_configuration(folder.write("tocsin.toml", one.text)), "tocsin.toml:");
    }
}

TEST_CASE("hostile YAML ends in mistakes") {
    expect_mistakes_in_handlers(
        ".yaml", {
                     {"billion laughs", laughs()},
                     {"merge keys", "a: &a {x: 1}\nb: {<<: *a}\n"},
                     {"anchors", numbered("k", ": &a 1\n")},
                     {"aliases", filled_with("*a,", "a: [", "]")},
                     {"deep flow lists", filled_with("[", "a: ")},
                     {"deep flow tables", filled_with("{a: ", "a: ")},
                     {"deep open tables", filled_with("{")},
                     {"deep block lists", filled_with("- ")},
                     {"keys as keys", filled_with("? ")},
                     {"keys", numbered("k", ": 1\n")},
                     {"options", numbered("  k", ": 1\n", "id: a\ntopic: t\nkind: log\noptions:\n")},
                     {"tables in a list", filled_with("a: 1, ", "a: [", "]")},
                     {"whole number", "id: a\ntopic: t\nkind: log\noptions: {path: x, mode: 99999999999999999999}\n"},
                     {"number", "id: a\ntopic: t\nkind: log\noptions: {path: x, mode: 1e999999}\n"},
                     {"digits", filled_with("9", "id: a\ntopic: t\nkind: log\noptions: {path: x, mode: ", "}")},
                     {"underscores", filled_with("_1", "id: a\ntopic: t\nkind: log\noptions: {path: x, mode: 1", "}")},
                     {"long key", filled_with("k", "\"", "\": 1")},
                     {"long plain text", filled_with("x ", "kind: ")},
                     {"blank lines of a block", filled_with("\n", "kind: |\n")},
                     {"documents", filled_with("---\n")},
                     {"tags", filled_with("!!str ", "a: ")},
                     {"long tag", filled_with("x", "a: !", " y")},
                     {"NUL", std::string{"a: 1\n\0"sv}},
                     {"UTF-16", utf16("id: a\n")},
                 });
}

TEST_CASE("hostile JSON ends in mistakes") {
    expect_mistakes_in_handlers(
        ".json", {
                     {"deep lists", filled_with("[", "{\"a\":")},
                     {"deep tables", filled_with("{\"a\":")},
                     {"deep and closed", "{\"a\":" + std::string(size / 2, '[') + std::string(size / 2, ']') + "}"},
                     {"keys", numbered("\"k", "\":1,", "{", "\"z\":1}")},
                     {"list", filled_with("1,", "{\"a\":[", "1]}")},
                     {"whole number", "{\"a\":99999999999999999999}"},
                     {"number", "{\"a\":1e999999}"},
                     {"digits", filled_with("9", "{\"a\":", "}")},
                     {"digits behind the point", filled_with("9", "{\"a\":0.", "}")},
                     {"long key", filled_with("k", "{\"", "\":1}")},
                     {"open string", filled_with("\\", "{\"a\":\"")},
                     {"half characters", filled_with("\\ud800", "{\"a\":\"", "\"}")},
                     {"values after the end", filled_with("{}")},
                     {"NUL", std::string{"{}\0"sv}},
                     {"UTF-16", utf16("{}")},
                 });
}

TEST_CASE("what is no file, or far too large, is not read") {
    const Site site{""};
    const auto handlers = site.path() / "handlers";
    REQUIRE(mkfifo((handlers / "a.yaml").c_str(), 0600) == 0);
    fs::create_symlink("/dev/zero", handlers / "b.yaml");
    fs::create_symlink("c.yaml", handlers / "c.yaml");
    fs::create_symlink("nowhere", handlers / "d.yaml");
    site.handler("e.yaml", "");
    fs::resize_file(handlers / "e.yaml", 100UL * 1024 * 1024);
    const auto finished = site.check();
    for (const char* line :
         {"a.yaml: cannot be read: it is no file\n", "b.yaml: cannot be read: it is no file\n",
          "c.yaml: cannot be read: Too many levels of symbolic links\n",
          "d.yaml: cannot be read: No such file or directory\n", "e.yaml: is larger than 1 MiB\n", "5 mistakes\n"}) {
        CAPTURE(line);
        expect_mistakes(finished, line);
    }
    for (const char* name : {"a.toml", "b.toml", "c.toml", "d.toml", "e.toml"}) {
        CAPTURE(name);
        const auto file = handlers / name;
        fs::rename(fs::path{file}.replace_extension(".yaml"), file);
        if (*name == 'c') {
            fs::remove(file);
            fs::create_symlink(name, file);
        }
        expect_mistakes(check_configuration(file), std::string{name} + ": ");
    }
}

TEST_CASE("a folder with far too many handler files is not read") {
    const Site site{""};
    site.handler("sound.yaml", "id: a\ntopic: t\nkind: log\noptions:\n  path: x\n");
    for (int i = 0; i < 10'000; ++i)
        fs::create_hard_link(site.path() / "handlers/sound.yaml",
                             site.path() / "handlers" / (std::to_string(i) + ".yaml"));
    const auto finished = site.check();
    expect_mistakes(finished, "tocsin.toml:2:16: tocsin.handlers-dir: ");
    CHECK(finished.err.find("holds more than 10000 handler files\n1 mistake\n") != std::string::npos);
}

TEST_CASE("of very many mistakes the first are told, and how many there are") {
    const Site site{""};
    site.handler("a.toml", numbered("k", "=2020-01-01\n"));
    const auto finished = site.check();
    expect_mistakes(finished, "a.toml:1:4: dates and times are not allowed");
    CHECK(finished.err.ends_with("and 19801 more, which are not shown\n20001 mistakes\n"));
}
