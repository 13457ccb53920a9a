#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace tocsin::core {

/// Keeps the calls into an instance under test apart. A test that calls from inside a call, through a hook, gets
/// through on the same thread. Any thread.
class Calls {
  public:
    using Call = std::function<void()>;

    Calls();
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    /// Drops what was posted and not run.
    ~Calls();

    /// Runs `call` now.
    template <class Made>
    auto run(Made&& call) {
        const std::scoped_lock lock{calls_};
        return std::forward<Made>(call)();
    }

    /// Runs `call` soon, on a thread of its own.
    void post(Call call);

    /// Runs what was posted so far. Inside `run` only.
    void run_posted();
    void drop_posted();

  private:
    void loop();

    std::recursive_mutex calls_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Call> posted_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace tocsin::core
