#pragma once

#include <chrono>
#include <memory>

namespace tocsin::core {

/// SIGTERM, SIGINT and SIGHUP, from the making of this object on. To be made before any thread is started.
class Signals {
  public:
    Signals();
    ~Signals();

    /// Returns the next signal.
    int wait();

    /// Whether one more signal to stop came within `time`. Takes it, and drops what else came.
    bool wait_for(std::chrono::milliseconds time);

    /// Whether a signal to stop comes within `time`, or is there. Takes none: `wait` returns them all.
    bool is_told_to_stop(std::chrono::milliseconds time);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tocsin::core
