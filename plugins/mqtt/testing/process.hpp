#pragma once

#include <sys/types.h>
#include <filesystem>
#include <string>
#include <vector>

namespace testing {

/// A folder of its own, removed at the end.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    std::string file(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

/// A child process that ends with this object, or with the test. Its output goes to a file.
class Process {
  public:
    Process(const std::vector<std::string>& command, const std::string& output_file);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { kill(); }

    /// SIGKILL; returns once it is gone.
    void kill();
    /// SIGSTOP and SIGCONT.
    void freeze();
    void thaw();
    /// Waits for its end; the exit code.
    int wait();

  private:
    pid_t id_;
};

/// Runs to the end; throws std::runtime_error when it fails.
void run(const std::vector<std::string>& command);

/// A port of the loopback interface that nobody listened on a moment ago.
std::uint16_t free_port();

}  // namespace testing
