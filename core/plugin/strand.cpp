#include "plugin/strand.hpp"

#include <future>
#include <utility>

namespace tocsin::core {

namespace {
constexpr std::size_t tasks_in_a_row = 128;
}

struct Strand::State {
    HandOver hand_over;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Task> tasks;
    bool running = false;
    bool ended = false;
};

Strand::Strand(HandOver hand_over) : state_{std::make_shared<State>()} { state_->hand_over = std::move(hand_over); }

Strand::Strand(OwnThread) : state_{std::make_shared<State>()} {
    thread_ = std::thread{[state = state_] { loop(state); }};
}

Strand::~Strand() {
    {
        std::unique_lock lock{state_->mutex};
        state_->ended = true;
        state_->tasks.clear();
        state_->changed.notify_all();
        state_->changed.wait(lock, [&] { return !state_->running; });
    }
    if (thread_.joinable()) thread_.join();
}

void Strand::abandon() {
    const std::scoped_lock lock{state_->mutex};
    state_->ended = true;
    state_->tasks.clear();
    state_->changed.notify_all();
    if (thread_.joinable()) thread_.detach();
}

bool Strand::is_busy() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->running;
}

void Strand::run(Task task) {
    {
        const std::scoped_lock lock{state_->mutex};
        if (state_->ended) return;
        state_->tasks.push_back(std::move(task));
        if (thread_.joinable()) state_->changed.notify_all();
        if (thread_.joinable() || state_->running) return;
        state_->running = true;
    }
    drain(state_);
}

void Strand::post(Task task) {
    {
        const std::scoped_lock lock{state_->mutex};
        if (state_->ended) return;
        state_->tasks.push_back(std::move(task));
        if (thread_.joinable()) state_->changed.notify_all();
        if (thread_.joinable() || state_->running) return;
    }
    state_->hand_over([state = state_] { drain_if_idle(state); });
}

void Strand::run_alone(Task task) {
    {
        const std::scoped_lock lock{state_->mutex};
        if (state_->ended) return;
        if (thread_.joinable() || state_->running) {
            state_->tasks.push_back(std::move(task));
            if (thread_.joinable()) state_->changed.notify_all();
            return;
        }
        state_->running = true;
    }
    const auto state = state_;
    task();
    task = nullptr;
    bool more = false;
    {
        const std::scoped_lock lock{state->mutex};
        state->running = false;
        more = !state->tasks.empty();
        state->changed.notify_all();
    }
    if (more) state->hand_over([state] { drain_if_idle(state); });
}

void Strand::drain_if_idle(const std::shared_ptr<State>& state) {
    {
        const std::scoped_lock lock{state->mutex};
        if (state->running || state->tasks.empty()) return;
        state->running = true;
    }
    drain(state);
}

void Strand::run_and_wait(const Task& task) {
    auto done = std::make_shared<std::promise<void>>();
    const auto ended = done->get_future();
    run([&task, done = std::move(done)] {
        task();
        done->set_value();
    });
    ended.wait();
}

void Strand::drain(const std::shared_ptr<State>& state) {
    std::unique_lock lock{state->mutex};
    for (std::size_t count = 0; !state->tasks.empty(); ++count) {
        if (count == tasks_in_a_row) {
            state->running = false;
            lock.unlock();
            state->hand_over([state] { drain_if_idle(state); });
            return;
        }
        Task task = std::move(state->tasks.front());
        state->tasks.pop_front();
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
    }
    state->running = false;
    state->changed.notify_all();
}

void Strand::loop(const std::shared_ptr<State>& state) {
    std::unique_lock lock{state->mutex};
    while (true) {
        state->changed.wait(lock, [&] { return state->ended || !state->tasks.empty(); });
        if (state->ended) return;
        Task task = std::move(state->tasks.front());
        state->tasks.pop_front();
        state->running = true;
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
        state->running = false;
        state->changed.notify_all();
    }
}

}  // namespace tocsin::core
