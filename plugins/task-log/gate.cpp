#include "gate.hpp"

namespace task_log {

void Gate::pause() {
    const std::lock_guard lock{mutex_};
    paused_ = true;
}

void Gate::resume() {
    const std::lock_guard lock{mutex_};
    paused_ = false;
    held_ = false;
    ++resumes_;
    changed_.notify_all();
}

void Gate::stop() {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
}

void Gate::wait_until_parked(std::chrono::nanoseconds timeout) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, timeout, [&] { return parked_ || left_; });
}

std::uint64_t Gate::resumes() const {
    const std::lock_guard lock{mutex_};
    return resumes_;
}

bool Gate::is_stopped() const {
    const std::lock_guard lock{mutex_};
    return stopped_;
}

void Gate::hold(std::uint64_t resumes) {
    const std::lock_guard lock{mutex_};
    if (resumes == resumes_) held_ = true;
}

Gate::State Gate::wait(std::chrono::nanoseconds timeout) {
    std::unique_lock lock{mutex_};
    const auto is_open = [&] { return stopped_ || !(paused_ || held_); };
    if (!is_open()) {
        parked_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, timeout, is_open);
        parked_ = false;
    }
    if (stopped_) return State::stopped;
    return paused_ || held_ ? State::closed : State::open;
}

void Gate::rest(std::chrono::nanoseconds duration) {
    std::unique_lock lock{mutex_};
    parked_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, duration, [&] { return stopped_; });
    parked_ = false;
}

void Gate::leave() {
    const std::lock_guard lock{mutex_};
    left_ = true;
    changed_.notify_all();
}

}  // namespace task_log
