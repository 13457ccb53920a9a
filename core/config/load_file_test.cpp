#include "config/load_file.hpp"

#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

namespace tocsin::core {
namespace {

using test::TemporaryFolder;

/// "= the bytes" or what is wrong.
std::string load(const std::filesystem::path& path, std::size_t largest = 4096) {
    std::string problem;
    const auto loaded = load_file(path, largest, problem);
    CHECK(loaded.has_value() == problem.empty());
    return loaded ? "= " + loaded->bytes : problem;
}

}  // namespace

TEST_CASE("a file's bytes as they are, without a byte order mark") {
    const TemporaryFolder folder;
    CHECK(load(folder.write("a", "")) == "= ");
    CHECK(load(folder.write("a", "x\r\n\xff")) == "= x\r\n\xff");
    CHECK(load(folder.write("a", "\xef\xbb\xbfx\xef\xbb\xbf")) == "= x\xef\xbb\xbf");
    CHECK(load(folder.write("a", std::string(4096, 'x'))) == "= " + std::string(4096, 'x'));
    CHECK(load(folder.write("a", std::string(4097, 'x'))) == "is larger than 4 KiB");
    CHECK(load(folder.write("a", std::string(4097, 'x')), 1024 * 1024) == "= " + std::string(4097, 'x'));
    std::filesystem::create_symlink(folder.write("b", "through a link"), folder.path() / "link");
    CHECK(load(folder.path() / "link") == "= through a link");
    // Its size is said to be 0.
    CHECK(load("/proc/self/limits", 64 * 1024).starts_with("= Limit"));
    CHECK(load("/proc/self/limits", 100 * 1024 * 1024).starts_with("= Limit"));
    CHECK(load("/proc/self/limits", 1024) == "is larger than 1 KiB");
}

TEST_CASE("what is no file is refused at once, and so is one that is too large") {
    const TemporaryFolder folder;
    const auto fifo = folder.path() / "fifo";
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(load(fifo) == "cannot be read: it is no file");
    CHECK(load("/dev/zero") == "cannot be read: it is no file");
    CHECK(load(folder.path()) == "cannot be read: it is a directory");
    CHECK(load(folder.path() / "none") == "cannot be read: No such file or directory");
    CHECK(load(folder.path() / std::string(5000, 'x')) == "cannot be read: File name too long");
    std::filesystem::create_symlink("loop", folder.path() / "loop");
    CHECK(load(folder.path() / "loop") == "cannot be read: Too many levels of symbolic links");
    const auto sparse = folder.write("sparse", "");
    std::filesystem::resize_file(sparse, 1ULL << 40);
    CHECK(load(sparse) == "is larger than 4 KiB");
    if (geteuid() != 0) {
        const auto secret = folder.write("secret", "x");
        std::filesystem::permissions(secret, std::filesystem::perms::none);
        CHECK(load(secret) == "cannot be read: Permission denied");
    }
}

TEST_CASE("whether others may read it") {
    const TemporaryFolder folder;
    const auto file = folder.write("a", "x");
    std::string problem;
    for (const mode_t mode : {0600U, 0640U, 0644U, 0604U}) {
        CAPTURE(mode);
        REQUIRE(chmod(file.c_str(), mode) == 0);
        CHECK(load_file(file, 4096, problem)->others_may_read == ((mode & 4U) != 0));
    }
}

TEST_CASE("a file that is changed while it is read is told") {
    const TemporaryFolder folder;
    const auto file = folder.write("a", "");
    std::atomic<bool> stop{false};
    std::thread writer{[&] {
        for (std::size_t size = 0; !stop; size = (size + 4096) % (512 * 1024)) std::filesystem::resize_file(file, size);
    }};
    bool told = false;
    for (const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
         !told && std::chrono::steady_clock::now() < deadline;) {
        const auto got = load(file, 1024 * 1024);
        told = got == "was changed while it was being read: try again";
        if (!told) CHECK(got.starts_with("= "));
    }
    stop = true;
    writer.join();
    CHECK(told);
}

}  // namespace tocsin::core
