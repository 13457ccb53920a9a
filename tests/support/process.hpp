#pragma once

#include "temp_dir.hpp"
#include "wait.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::testing {

using Arguments = std::vector<std::string>;
/// Variables set besides the inherited ones.
using Environment = std::map<std::string, std::string>;

/// A child process, found through PATH, with an empty standard input and its output in files. Killed by its id when
/// this object goes, and by the system when the test dies. Start it from the main thread.
class Process {
  public:
    /// `passed` are descriptors that it gets from number 3 on, with LISTEN_PID and LISTEN_FDS as a service manager sets
    /// them; the caller keeps its own.
    explicit Process(const Arguments& command, const Environment& environment = {},
                     const std::vector<int>& passed = {});
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void send_signal(int number) const;

    /// The exit code, or 128 + n when signal n ended it (127: it could not be started); nothing when it still runs
    /// after `deadline`.
    std::optional<int> wait(std::chrono::milliseconds deadline = patience);
    bool running() { return !wait(std::chrono::milliseconds{0}); }

    /// SIGKILL, then wait.
    void kill();

    /// What it has written so far.
    std::string out() const { return read_text(files_.path() / "out"); }
    std::string err() const { return read_text(files_.path() / "err"); }

    /// The most resident memory it has had so far, in bytes. Throws std::runtime_error when the system does not tell.
    std::size_t peak_memory() const;

    pid_t id() const noexcept { return id_; }

  private:
    TempDir files_;
    pid_t id_ = -1;
    std::optional<int> exit_;
};

struct Finished {
    int code = 0;
    std::string out;
    std::string err;
};

/// Runs a command to its end. Throws when it has not ended by then.
Finished run(const Arguments& command, const Environment& environment = {},
             std::chrono::milliseconds deadline = patience);

/// Runs a command that must succeed and returns what it wrote to its standard output. Throws with its words otherwise.
std::string run_ok(const Arguments& command, const Environment& environment = {},
                   std::chrono::milliseconds deadline = patience);

/// A text as lines, without their ends; a last line without an end counts only when `all` is set.
std::vector<std::string> lines_of(const std::string& text, bool all = false);

/// The value of an environment variable that the build sets for the tests. Throws when it is not set.
std::string setting(const char* name);

}  // namespace tocsin::testing
