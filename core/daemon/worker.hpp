#pragma once

#include "deliver/sink_runner.hpp"

#include <functional>
#include <memory>

namespace tocsin::core {

/// The thread for what is due later and for what its caller could not finish. Any thread.
class Worker {
  public:
    Worker();
    ~Worker();

    /// Waits for what is running and runs nothing any more. To be called before what its tasks point at goes.
    void stop();

    /// Runs `task` soon.
    void run(std::function<void()> task);

    /// An alarm that runs `task` whenever it was set for and is due; it must not be used after the worker is gone.
    SinkRunner::WakeAt alarm(std::function<void()> task);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tocsin::core
