#pragma once

#include "deliver/sink_runner.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace tocsin::core {

/// The thread for what is due later and for what its caller could not finish. Any thread.
class Worker {
  public:
    Worker();
    /// Waits like stop.
    ~Worker();

    /// Waits for what is running and runs nothing any more. To be called before what its tasks point at goes.
    void stop();

    /// Runs `task` soon.
    void run(std::function<void()> task);

    /// An alarm that runs `task` whenever it was set for and is due; it must not be used after the worker is gone.
    SinkRunner::WakeAt alarm(std::function<void()> task);

    /// Puts a new thread in the place of one that has been in one task for longer than `limit`; the old one ends after
    /// that task. To be called now and then, by one thread.
    void watch(Time now, std::chrono::nanoseconds limit);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace tocsin::core
