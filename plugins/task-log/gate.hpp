#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace task_log {

/// Where the reading thread learns whether it may go on. It is closed by pause until resume, and by hold until a resume
/// later than the one it names; stop ends everything.
class Gate {
  public:
    /// Any thread.
    void pause();
    void resume();
    void stop();
    /// Waits until the reading thread stands in `wait` or `rest`, or has left, at most `timeout`.
    void wait_until_parked(std::chrono::nanoseconds timeout);

    /// How many resumes there were. Any thread.
    std::uint64_t resumes() const;
    bool is_stopped() const;

    /// Closes the gate unless there was a resume since `resumes` was read.
    void hold(std::uint64_t resumes);

    enum class State { open, closed, stopped };

    /// The reading thread: waits until the gate is open or stopped; `closed` when `timeout` has passed before.
    State wait(std::chrono::nanoseconds timeout);
    /// The reading thread: waits for `duration`, or until stopped.
    void rest(std::chrono::nanoseconds duration);
    /// The reading thread: will not wait here any more.
    void leave();

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool paused_ = false;
    bool held_ = false;
    bool stopped_ = false;
    bool parked_ = false;
    bool left_ = false;
    std::uint64_t resumes_ = 0;
};

}  // namespace task_log
