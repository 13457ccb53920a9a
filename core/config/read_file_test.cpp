#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>

namespace tocsin::core {
namespace {

using test::TemporaryFolder;
using test::told;
using Told = std::vector<std::string>;

struct Result {
    Document document;
    Told mistakes;
};

Result read(const std::string& path) {
    Mistakes mistakes;
    Result result;
    result.document = read_file(path, "shown", mistakes);
    result.mistakes = told(mistakes);
    CHECK(result.document.sound == mistakes.empty());
    CHECK(result.document.root.kind == Node::Kind::table);
    return result;
}

const std::string good_toml =
    "# c\n[tocsin]\ndir = \"../å\\n\"\nlist = ['a', \"b\", 3]\n[[mqtt]]\nname = '''\nx\n'''\nport = 0x1F\n"
    "o = {a = 1.5, b.c = true}\n";
const std::string good_yaml =
    "# c\nid: a\ntopic: 123\nq: \"å\\n\"\noptions:\n  payload: |\n    {{ x }}\n     y\n  list: [a, 'b', {c: 1}]\n"
    "  fold: >-\n    a\n    b\nnothing:\n";
const std::string good_json = "{\"id\": \"a\\u00e5\",\n \"n\": [1, -2.5e3, true, null, {}], \"o\": {\"å\": \"x\"}}\n";

TEST_CASE("files are read by their extension") {
    const TemporaryFolder folder;
    CHECK(read(folder.write("a.toml", good_toml)).mistakes == Told{});
    CHECK(read(folder.write("a.yaml", good_yaml)).mistakes == Told{});
    CHECK(read(folder.write("a.yml", good_yaml)).mistakes == Told{});
    CHECK(read(folder.write("a.json", good_json)).mistakes == Told{});
    CHECK(read(folder.write("a.txt", good_json)).mistakes ==
          Told{" : unknown kind of file (known: .toml, .yaml, .yml, .json)"});
    const auto result = read(folder.write("b.toml", "[a]\nb = 1"));
    CHECK(*result.document.root.find("a")->find("b")->where.file == "shown");
}

TEST_CASE("an empty file is an empty table") {
    const TemporaryFolder folder;
    for (const char* name : {"a.toml", "a.yaml", "a.json"}) {
        for (const char* content : {"", " \r\n\t\n", "\xef\xbb\xbf", "\xef\xbb\xbf\n"}) {
            CAPTURE(std::string{name});
            CAPTURE(std::string{content});
            const auto result = read(folder.write(name, content));
            CHECK(result.mistakes == Told{});
            CHECK(result.document.root.table.empty());
        }
    }
}

TEST_CASE("a byte order mark is no part of the text") {
    const TemporaryFolder folder;
    const std::string mark = "\xef\xbb\xbf";
    for (const auto& example :
         {std::pair{"a.toml", "a = 'x'"}, std::pair{"a.yaml", "a: 'x'"}, std::pair{"a.json", "{\"a\": \"x\"}"}}) {
        const auto& name = example.first;
        const auto& content = example.second;
        CAPTURE(std::string{name});
        const auto marked = read(folder.write(name, mark + content));
        const auto bare = read(folder.write(name, content));
        REQUIRE(marked.mistakes == Told{});
        CHECK(marked.document.root.table[0].where.column == bare.document.root.table[0].where.column);
        CHECK(marked.document.root.find("a")->text == "x");
    }
}

TEST_CASE("what is no readable file") {
    const TemporaryFolder folder;
    CHECK(read((folder.path() / "none.toml").string()).mistakes ==
          Told{" : cannot be read: No such file or directory"});
    std::filesystem::create_directory(folder.path() / "dir.yaml");
    CHECK(read((folder.path() / "dir.yaml").string()).mistakes == Told{" : cannot be read: it is a directory"});
    const auto fifo = (folder.path() / "fifo.json").string();
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(read(fifo).mistakes == Told{" : cannot be read: it is no file"});
    std::filesystem::create_symlink("/dev/zero", folder.path() / "zero.toml");
    CHECK(read((folder.path() / "zero.toml").string()).mistakes == Told{" : cannot be read: it is no file"});
    std::filesystem::create_symlink("loop.toml", folder.path() / "loop.toml");
    CHECK(read((folder.path() / "loop.toml").string()).mistakes.size() == 1);
    if (geteuid() != 0) {
        const auto secret = folder.write("secret.toml", "a = 1");
        std::filesystem::permissions(secret, std::filesystem::perms::none);
        CHECK(read(secret).mistakes == Told{" : cannot be read: Permission denied"});
    }
}

TEST_CASE("files of any size end quickly") {
    const TemporaryFolder folder;
    const auto start = std::chrono::steady_clock::now();
    for (const char* name : {"a.toml", "a.yaml", "a.json"}) {
        const auto path = folder.write(name, "");
        std::filesystem::resize_file(path, 100 * 1024 * 1024);
        CHECK(read(path).mistakes == Told{" : is larger than 1 MiB"});
        std::filesystem::resize_file(path, 1024 * 1024 + 1);
        CHECK(read(path).mistakes == Told{" : is larger than 1 MiB"});
    }
    CHECK(read(folder.write("b.toml", "#" + std::string(1024 * 1024 - 1, ' '))).mistakes == Told{});
    const auto list_of = [](std::size_t count) {
        std::string list = "1";
        for (std::size_t i = 1; i < count; ++i) list += ",1";
        return list;
    };
    // The list itself is a value too.
    const auto enough = list_of(19'999);
    CHECK(read(folder.write("l.toml", "a=[" + enough + "]")).mistakes == Told{});
    CHECK(read(folder.write("l.yaml", "{a: [" + enough + "]}")).mistakes == Told{});
    CHECK(read(folder.write("l.json", "{\"a\":[" + enough + "]}")).mistakes == Told{});
    const auto text = " : the file holds more than 20000 values; the rest is not read";
    for (const auto count : {20'000U, 200'000U}) {
        const auto list = list_of(count);
        CHECK(read(folder.write("l.toml", "a=[" + list + "]")).mistakes == Told{"1:40002" + std::string{text}});
        CHECK(read(folder.write("l.yaml", "{a: [" + list + "]}")).mistakes.size() == 1);
        CHECK(read(folder.write("l.json", "{\"a\":[" + list + "]}")).mistakes == Told{"1:40005" + std::string{text}});
    }
    std::string keys;
    for (int i = 0; i < 30'000; ++i) keys.append("k").append(std::to_string(i)).append(".x=1\n");
    CHECK(read(folder.write("k.toml", keys)).mistakes.size() == 1);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{30});
}

TEST_CASE("bytes that are no text") {
    const TemporaryFolder folder;
    using namespace std::string_view_literals;
    for (const char* name : {"a.toml", "a.yaml", "a.json"}) {
        CAPTURE(std::string{name});
        CHECK(read(folder.write(name, "{\n å\0"sv)).mistakes == Told{"2:3 : the file holds a NUL byte"});
        CHECK(read(folder.write(name, "\n \xff"sv)).mistakes ==
              Told{"2:2 : this is not UTF-8: save the file as UTF-8"});
        CHECK(read(folder.write(name, "a\xed\xa0\x80"sv)).mistakes.front().starts_with("1:2 : this is not UTF-8"));
        CHECK(read(folder.write(name, "\xff\xfe{\0}\0"sv)).mistakes.size() == 1);
        CHECK(read(folder.write(name, "a\x04"sv)).mistakes == Told{"1:2 : the file holds a control character"});
        CHECK(read(folder.write(name, "a\rb"sv)).mistakes == Told{"1:2 : the file holds a control character"});
    }
}

TEST_CASE("a file cut off anywhere is read or refused") {
    const TemporaryFolder folder;
    for (const auto& example :
         {std::pair{"a.toml", &good_toml}, std::pair{"a.yaml", &good_yaml}, std::pair{"a.json", &good_json}}) {
        const auto& name = example.first;
        const auto& content = example.second;
        for (std::size_t size = 0; size < content->size(); ++size) {
            CAPTURE(std::string{name});
            CAPTURE(size);
            const auto result = read(folder.write(name, content->substr(0, size)));
            CHECK(result.mistakes.size() <= 1);
            const bool whole = content->find_first_not_of(" \n", size) == std::string::npos;
            if (name == std::string_view{"a.json"} && size > 0) CHECK(result.mistakes.empty() == whole);
        }
    }
}

TEST_CASE("mistakes print with the shown name") {
    const TemporaryFolder folder;
    Mistakes mistakes;
    read_file(folder.write("a.toml", "x = 1\nx = 2\n"), "conf/a.toml", mistakes);
    std::ostringstream out;
    mistakes.print(out);
    CHECK(out.str() == "conf/a.toml:2:1: x: is there twice: first in line 1, column 1; remove one\n");
}

}  // namespace
}  // namespace tocsin::core
