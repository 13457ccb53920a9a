#pragma once

#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// The tests' support, under the names of these tests.
namespace testing {

/// A folder of its own, removed at the end.
class TemporaryFolder {
  public:
    std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  private:
    tocsin::testing::TempDir folder_;
};

inline std::string read_file(const std::string& path) { return tocsin::testing::read_text(path); }
inline void write_file(const std::string& path, const std::string& text) {
    std::ofstream out{path, std::ios::binary};
    out << text;
    if (!out.flush()) throw std::runtime_error{"cannot write " + path};
}

/// A child process whose output goes to a file.
class Process : public tocsin::testing::Process {
  public:
    Process(const std::vector<std::string>& command, const std::string& output_file)
        : tocsin::testing::Process{redirected(command, output_file)} {}

    /// Waits for its end; the exit code. Throws when it takes too long.
    int wait() { return tocsin::testing::Process::wait().value(); }

  private:
    static std::vector<std::string> redirected(const std::vector<std::string>& command, const std::string& file) {
        std::vector<std::string> all{"sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", file};
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }
};

/// Runs to the end; throws std::runtime_error when it fails.
inline void run(const std::vector<std::string>& command) { tocsin::testing::run_ok(command); }

inline std::uint16_t free_port() { return tocsin::testing::free_port(tocsin::testing::Protocol::tcp); }

}  // namespace testing
