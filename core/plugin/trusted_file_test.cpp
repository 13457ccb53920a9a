#include "plugin/trusted_file.hpp"

#include "plugin/test_folder.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <string>

using namespace tocsin::core;
namespace fs = std::filesystem;

namespace {

std::string judged(const fs::path& file, uid_t user = ::geteuid()) {
    return thrown_by([&] { check_trusted_file(file, user); });
}

void set_mode(const fs::path& path, unsigned mode) { fs::permissions(path, fs::perms{mode}); }

}  // namespace

TEST_CASE("a file that its owner alone can write, in such a folder, is trusted") {
    const TestFolder folder;
    for (const unsigned mode : {0400u, 0500u, 0600u, 0644u, 0755u}) {
        CAPTURE(mode);
        CHECK(judged(folder.write("a.so", "", mode)) == "");
        fs::remove(folder.path / "a.so");
    }
    CHECK_NOTHROW(check_trusted_folder(folder.path, ::geteuid()));
}

TEST_CASE("a file that everybody can write") {
    const TestFolder folder;
    for (const unsigned mode : {0666u, 0646u, 0602u, 0777u}) {
        CAPTURE(mode);
        const auto text = judged(folder.write("a.so", "", mode));
        check_says(text, "the file can be written by everybody (mode 0");
        check_says(text, "chmod go-w");
        fs::remove(folder.path / "a.so");
    }
}

TEST_CASE("a folder that everybody can write, also with the sticky bit") {
    const TestFolder folder;
    const auto file = folder.write("a.so", "");
    for (const unsigned mode : {0777u, 01777u, 0703u}) {
        CAPTURE(mode);
        set_mode(folder.path, mode);
        check_says(judged(file), "the folder " + folder.path.string() + " can be written by everybody");
        CHECK_THROWS(check_trusted_folder(folder.path, ::geteuid()));
    }
    set_mode(folder.path, 0700);
    CHECK(judged(file) == "");
}

TEST_CASE("the folders above are not judged") {
    const TestFolder folder;
    fs::create_directory(folder.path / "inner");
    set_mode(folder.path / "inner", 0755);
    const auto file = folder.write("inner/a.so", "");
    set_mode(folder.path, 0777);
    CHECK(judged(file) == "");
}

TEST_CASE("a file or a folder of another user") {
    const TestFolder folder;
    const auto file = folder.write("a.so", "");
    if (::geteuid() != 0) {
        // Run as somebody else, one's own file is another user's.
        check_says(judged(file, ::geteuid() + 1), "the file belongs to ");
        check_says(judged(file, ::geteuid() + 1), "neither to root nor to the user that runs tocsin");
        return;
    }
    CHECK(judged(file, 4321) == "");  // root's
    REQUIRE(::chown(file.c_str(), 4321, 0) == 0);
    check_says(judged(file), "the file belongs to uid 4321");
    check_says(judged(file, 1234), "the file belongs to uid 4321");
    CHECK(judged(file, 4321) == "");
    REQUIRE(::chown(folder.path.c_str(), 4321, 0) == 0);
    REQUIRE(::chown(file.c_str(), 0, 0) == 0);
    check_says(judged(file), "the folder " + folder.path.string() + " belongs to uid 4321");
    CHECK(judged(file, 4321) == "");
}

TEST_CASE("a group that can write is trusted only when it is the owner's own") {
    if (::geteuid() != 0) {
        MESSAGE("skipped: only root can give a file to a group of its choice");
        return;
    }
    const TestFolder folder;
    const auto file = folder.write("a.so", "", 0664);
    REQUIRE(::chown(file.c_str(), 0, 0) == 0);
    CHECK(judged(file) == "");
    REQUIRE(::chown(file.c_str(), 0, 1) == 0);  // daemon
    check_says(judged(file), "the file can be written by the group daemon (gid 1) (mode 0664)");
    check_says(judged(file), "chmod g-w");
    REQUIRE(::chown(file.c_str(), 0, 54321) == 0);
    check_says(judged(file), "by the group gid 54321");
    set_mode(file, 0644);
    CHECK(judged(file) == "");
}

TEST_CASE("of a link its target is judged, with the folder it lies in") {
    const TestFolder folder;
    for (const auto* name : {"links", "files"}) {
        fs::create_directory(folder.path / name);
        set_mode(folder.path / name, 0755);
    }
    const auto file = folder.write("files/a.so", "");
    const auto link = folder.path / "links/a.so";
    fs::create_symlink(file, link);
    CHECK(judged(link) == "");
    set_mode(folder.path / "files", 0777);
    check_says(judged(link), "the folder " + (folder.path / "files").string());
    set_mode(folder.path / "files", 0755);
    set_mode(file, 0666);
    check_says(judged(link), "the file " + file.string() + " can be written by everybody");
    fs::remove(file);
    check_says(judged(link), "cannot be read: No such file");
    fs::create_symlink("a.so", file);
    check_says(judged(link), "cannot be read: ");
}
