#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tocsin::core {

/// Runs tasks one at a time, in the order they came.
///
/// Without a thread of its own, whoever finds the strand idle runs the task at once, and then those that others add
/// meanwhile; after a number of them the rest goes to `hand_over`, so that no caller is kept. With a thread of its own,
/// tasks may block. Tasks must not throw. Any thread.
class Strand {
  public:
    using Task = std::function<void()>;
    using HandOver = std::function<void(Task)>;

    /// Inline. `hand_over` runs a task soon on some thread; it must outlive the strand.
    explicit Strand(HandOver hand_over);
    struct OwnThread {};
    explicit Strand(OwnThread);
    Strand(const Strand&) = delete;
    Strand& operator=(const Strand&) = delete;
    /// Waits for the task that is running; the others are dropped.
    ~Strand();

    /// Runs `task` at once if nothing else runs, otherwise soon.
    void run(Task task);

    /// Runs `task` soon, never on the caller's stack.
    void post(Task task);

    /// Runs `task` like run, but nothing else on the caller's stack.
    void run_alone(Task task);

    /// Gives up on the task that is running, if any: nothing more is run, and nobody waits for it. Any thread, also
    /// from inside a task.
    void abandon();

    /// Whether a task is running. Any thread.
    bool is_busy() const;

    /// Runs `task` like run and returns once it has ended or was dropped. Not from inside a task of this strand.
    void run_and_wait(const Task& task);

  private:
    struct State;
    static void drain_if_idle(const std::shared_ptr<State>& state);
    static void drain(const std::shared_ptr<State>& state);
    static void loop(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
    std::thread thread_;
};

}  // namespace tocsin::core
