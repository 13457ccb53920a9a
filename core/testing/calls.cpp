#include "testing/calls.hpp"

namespace tocsin::core {

Calls::Calls() : thread_{[this] { loop(); }} {}

Calls::~Calls() {
    {
        const std::scoped_lock lock{mutex_};
        ending_ = true;
        posted_.clear();
    }
    changed_.notify_all();
    thread_.join();
}

void Calls::post(Call call) {
    {
        const std::scoped_lock lock{mutex_};
        posted_.push_back(std::move(call));
    }
    changed_.notify_all();
}

void Calls::run_posted() {
    std::size_t left = 0;
    {
        const std::scoped_lock lock{mutex_};
        left = posted_.size();
    }
    for (; left > 0; --left) {
        Call call;
        {
            const std::scoped_lock lock{mutex_};
            if (posted_.empty()) return;
            call = std::move(posted_.front());
            posted_.pop_front();
        }
        call();
    }
}

void Calls::drop_posted() {
    const std::scoped_lock lock{mutex_};
    posted_.clear();
}

void Calls::loop() {
    while (true) {
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [&] { return ending_ || !posted_.empty(); });
            if (ending_) return;
        }
        run([&] { run_posted(); });
    }
}

}  // namespace tocsin::core
