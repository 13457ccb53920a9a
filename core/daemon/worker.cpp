#include "daemon/worker.hpp"

#include "base/log.hpp"
#include "plugin/call_watch.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <system_error>
#include <thread>
#include <utility>

namespace tocsin::core {

/// Shared with its threads, so that one that was replaced may return to it however late.
struct Worker::State : std::enable_shared_from_this<Worker::State> {
    boost::asio::io_context context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{context.get_executor()};
    std::shared_ptr<CallWatch> shift;  ///< of the thread that runs the tasks; touched by those who replace it only
    std::thread thread;

    void begin_shift() {
        auto next = std::make_shared<CallWatch>();
        thread = std::thread{[self = shared_from_this(), mine = next] {
            of_this_thread = mine.get();
            while (!mine->condemned() && self->context.run_one() != 0) {
            }
        }};
        shift = std::move(next);
    }

    static void run(const std::function<void()>& task) {
        auto& mine = *of_this_thread;
        mine.enter();
        task();
        mine.leave();
    }

    static inline thread_local CallWatch* of_this_thread = nullptr;
};

Worker::Worker() : state_{std::make_shared<State>()} { state_->begin_shift(); }

Worker::~Worker() { stop(); }

void Worker::stop() {
    state_->context.stop();
    if (state_->thread.joinable()) state_->thread.join();
}

void Worker::run(std::function<void()> task) {
    boost::asio::post(state_->context, [task = std::move(task)] { State::run(task); });
}

SinkRunner::WakeAt Worker::alarm(std::function<void()> task) {
    auto timer = std::make_shared<boost::asio::steady_timer>(state_->context);
    return [state = state_.get(), timer, task = std::move(task)](Time due) {
        boost::asio::post(state->context, [timer, task, due] {
            timer->expires_at(due);
            timer->async_wait([task](const boost::system::error_code& error) {
                if (!error) State::run(task);
            });
        });
    };
}

void Worker::watch(Time now, std::chrono::nanoseconds limit) {
    if (!state_->shift->condemn(now, limit) && !state_->shift->condemned()) return;
    auto hanging = std::move(state_->thread);
    try {
        state_->begin_shift();
    } catch (const std::system_error& error) {
        log::error("no thread can be made in place of one that hangs in a plugin", {{"reason", error.what()}});
        state_->thread = std::move(hanging);
        return;
    }
    log::error("the thread that plugins share hangs in one of them: another takes its place");
    hanging.detach();
}

}  // namespace tocsin::core
