#include "daemon/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <deque>

namespace tocsin::core {

struct Signals::State {
    boost::asio::io_context context{1};
    boost::asio::signal_set set{context, SIGTERM, SIGINT};
    std::deque<int> came;

    void expect() {
        set.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) return;
            came.push_back(number);
            expect();
        });
    }

    bool stops() const {
        return std::any_of(came.begin(), came.end(), [](int number) { return number != SIGHUP; });
    }
};

Signals::Signals() : state_{std::make_unique<State>()} {
#if defined(SIGPIPE)
    std::signal(SIGPIPE, SIG_IGN);
#endif
#if defined(SIGHUP)
    state_->set.add(SIGHUP);
#endif
    state_->expect();
}

Signals::~Signals() = default;

int Signals::wait() {
    while (state_->came.empty()) state_->context.run_one();
    const int number = state_->came.front();
    state_->came.pop_front();
    return number;
}

bool Signals::wait_for(std::chrono::milliseconds time) {
    const bool stops = is_told_to_stop(time);
    state_->came.clear();
    return stops;
}

bool Signals::is_told_to_stop(std::chrono::milliseconds time) {
    if (!state_->stops()) state_->context.run_one_for(time);
    while (state_->context.poll_one() != 0) {
    }
    return state_->stops();
}

}  // namespace tocsin::core
