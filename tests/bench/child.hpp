#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::bench {

/// A program under measurement, its output in a file. Killed when this object goes.
class Child {
  public:
    struct Options {
        std::filesystem::path output;    ///< standard output and error
        std::filesystem::path input{};   ///< standard input; empty for nothing
        std::optional<int> listening{};  ///< a socket handed over as systemd does: LISTEN_FDS=1, file descriptor 3
    };

    Child(const std::vector<std::string>& command, Options options);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    bool running();
    /// Waits for the end; throws std::runtime_error when it does not come in time.
    void wait(std::chrono::milliseconds limit);
    /// SIGTERM, then wait.
    void terminate(std::chrono::milliseconds limit = std::chrono::seconds{30});
    void kill();

    std::string output() const;
    /// Waits until the output has `text`. Throws std::runtime_error with the output when it ends or stays silent.
    void wait_for(const std::string& text, std::chrono::milliseconds limit = std::chrono::seconds{30});

    /// CPU time of all its threads, in seconds. While it runs.
    double cpu_seconds() const;
    /// What it has in memory now, in MiB; `peak`: at most so far. While it runs.
    double resident() const { return status("VmRSS:"); }
    double peak() const { return status("VmHWM:"); }

  private:
    double status(const std::string& key) const;

    std::string name_;
    std::filesystem::path output_;
    pid_t id_ = -1;
    bool ended_ = false;
};

}  // namespace tocsin::bench
