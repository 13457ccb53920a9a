#include "spool/salvage.hpp"
#include "spool/test_spool.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

/// Nothing is held back from anybody meanwhile.
class OpenUmask {
  public:
    OpenUmask() : before_{::umask(0)} {}
    ~OpenUmask() { ::umask(before_); }
    OpenUmask(const OpenUmask&) = delete;
    OpenUmask& operator=(const OpenUmask&) = delete;

  private:
    mode_t before_;
};

mode_t mode_of(const std::filesystem::path& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777U;
}

void check_files(const std::filesystem::path& folder, std::size_t count) {
    std::size_t seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        CAPTURE(entry.path().filename().string());
        CHECK(mode_of(entry.path()) == 0600);
        ++seen;
    }
    CHECK(seen == count);
}

}  // namespace

TEST_CASE("the folder and all files of the spool are for the user alone, whatever the umask is") {
    const OpenUmask umask;
    const SpoolFolder parent;
    for (const auto* name : {"state", "above/state", "with/slash/"}) {
        CAPTURE(std::string{name});
        Spool::Settings settings;
        settings.folder = parent.path / name;
        {
            Spool spool{settings};
            CHECK(mode_of(settings.folder) == 0700);
            check_files(settings.folder, 3);  // with -wal and -shm
        }
        // What is salvaged, and what is set aside.
        std::ofstream{settings.folder / "spool.db"} << std::string(4096, 'x');
        Spool spool{settings};
        check_files(settings.folder, 4);
    }
}

TEST_CASE("what an operator lets others read stays so") {
    const OpenUmask umask;
    const SpoolFolder folder;
    REQUIRE(::chmod(folder.path.c_str(), 0750) == 0);
    Spool::Settings settings;
    settings.folder = folder.path;
    { const Spool spool{settings}; }
    REQUIRE(::chmod(folder.file().c_str(), 0640) == 0);
    const Spool spool{settings};
    CHECK(mode_of(folder.path) == 0750);
    CHECK(mode_of(folder.file()) == 0640);
}
