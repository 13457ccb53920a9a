#pragma once

#include "log_line.hpp"
#include "process.hpp"
#include "site.hpp"
#include "wait.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

/// A running `tocsin run --log-format json`. Killed when this object goes, if it has not ended by then.
class Router {
  public:
    /// Returns when its log says that it takes events; throws with its output when it ends or stays silent instead.
    /// `wrapper`: a command that becomes the program, which is added to it with its arguments. `passed`: see Process.
    explicit Router(const std::filesystem::path& config, const Environment& environment = {},
                    const Arguments& wrapper = {}, const std::vector<int>& passed = {});

    /// All whole lines of the log, each checked to be JSON.
    std::vector<LogLine> log() const;
    /// All it has written to standard output and standard error.
    std::string output() const { return process_.out() + process_.err(); }

    /// Waits for a log line that holds `text` anywhere and returns it. Throws with the log when there is none.
    LogLine wait_for(std::string_view text, std::chrono::milliseconds deadline = patience) const;

    /// Sends `number` (SIGTERM) and returns the exit code and all output. Throws when it does not end.
    Finished stop(int number);
    Finished stop();

    Process& process() noexcept { return process_; }
    const Process& process() const noexcept { return process_; }

  private:
    Process process_;
};

}  // namespace tocsin::testing
