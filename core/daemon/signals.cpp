#include "daemon/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace tocsin::core {

struct Signals::State {
    boost::asio::io_context context{1};
    boost::asio::signal_set set{context, SIGTERM, SIGINT};
    bool came = false;

    void expect() {
        came = false;
        context.restart();
        set.async_wait([this](const boost::system::error_code& error, int) { came = !error; });
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

void Signals::wait() {
    state_->context.run();
    state_->expect();
}

bool Signals::wait_for(std::chrono::milliseconds time) {
    state_->context.restart();
    state_->context.run_for(time);
    return state_->came;
}

}  // namespace tocsin::core
