#include "daemon/worker.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <thread>
#include <utility>

namespace tocsin::core {

struct Worker::State {
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{context.get_executor()};
    std::thread thread{[this] { context.run(); }};
};

Worker::Worker() : state_{std::make_unique<State>()} {}

Worker::~Worker() { stop(); }

void Worker::stop() {
    state_->context.stop();
    if (state_->thread.joinable()) state_->thread.join();
}

void Worker::run(std::function<void()> task) { boost::asio::post(state_->context, std::move(task)); }

SinkRunner::WakeAt Worker::alarm(std::function<void()> task) {
    auto timer = std::make_shared<boost::asio::steady_timer>(state_->context);
    return [this, timer, task = std::move(task)](Time due) {
        boost::asio::post(state_->context, [timer, task, due] {
            timer->expires_at(due);
            timer->async_wait([task](const boost::system::error_code& error) {
                if (!error) task();
            });
        });
    };
}

}  // namespace tocsin::core
