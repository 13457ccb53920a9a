#include "daemon/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace tocsin::core {

struct Signals::State {
    boost::asio::io_context context{1};
    boost::asio::signal_set set{context, SIGTERM, SIGINT};
    int came = 0;

    void expect() {
        came = 0;
        context.restart();
        set.async_wait([this](const boost::system::error_code& error, int number) { came = error ? 0 : number; });
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
    state_->context.run();
    const int number = state_->came;
    state_->expect();
    return number;
}

bool Signals::wait_for(std::chrono::milliseconds time) {
    state_->context.restart();
    state_->context.run_for(time);
    if (state_->came == 0) return false;
    const bool stops = state_->came != SIGHUP;
    state_->expect();
    return stops;
}

}  // namespace tocsin::core
