#include "log_file.hpp"

#include "folder.hpp"

#include <tocsin/option.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>

using namespace log_sink;
using test::content;
using test::Folder;

TEST_CASE("lines are appended to a file that is made with its mode") {
    const Folder folder;
    const auto path = folder.path / "alerts.log";
    const LogFile file{path, 0600};
    file.append("one\n");
    file.append("two\n");
    CHECK(content(path) == "one\ntwo\n");
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a file that was moved away is made anew") {
    const Folder folder;
    const LogFile file{folder.path / "alerts.log", 0600};
    file.append("one\n");
    std::filesystem::rename(folder.path / "alerts.log", folder.path / "alerts.log.1");
    file.append("two\n");
    CHECK(content(folder.path / "alerts.log") == "two\n");
}

TEST_CASE("a file that cannot be opened is an error with the reason") {
    const Folder folder;
    const LogFile file{folder.path / "none" / "alerts.log", 0600};
    CHECK_THROWS_AS(file.append("one\n"), std::system_error);
}

TEST_CASE("a FIFO that nobody reads is not waited for") {
    const Folder folder;
    const auto path = folder.path / "fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK_THROWS_AS((LogFile{path, 0600}.append("one\n")), std::system_error);
}

TEST_CASE("a path in a folder that is not there, and a folder, are mistakes") {
    const Folder folder;
    CHECK_NOTHROW(check_path(folder.path / "alerts.log"));
    CHECK_THROWS_AS(check_path(folder.path / "none" / "alerts.log"), tocsin::OptionMistakes);
    CHECK_THROWS_AS(check_path(folder.path), tocsin::OptionMistakes);
}
