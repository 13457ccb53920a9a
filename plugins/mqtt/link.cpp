#include "link.hpp"

#include "broker_packets.hpp"
#include "loopback.hpp"
#include "websocket.hpp"
#include "wire.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace mqtt {
namespace {

constexpr std::size_t longest_answer = 8192;
constexpr std::size_t piece = 16 * 1024;
/// What is taken from Paho before the broker has taken it.
constexpr std::size_t most_pending = 64 * 1024;
constexpr auto goodbye = std::chrono::seconds{1};

}  // namespace

struct Link::State {
    State(const Settings& settings_, std::string address_)
        : settings{settings_},
          address{std::move(address_)},
          stop{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
          wire{settings, stop.get()},
          packets{settings.protocol} {
        if (stop.get() < 0) throw std::system_error{errno, std::generic_category(), "no eventfd"};
    }

    void run();
    std::string open(Wire::Clock::time_point deadline);
    std::string open_websocket(Wire::Clock::time_point deadline);
    bool accept(Wire::Clock::time_point deadline);
    void turn_away();
    std::string carry();
    bool wait(bool stopping, Wire::Clock::time_point deadline) const;
    void take_from_paho();
    std::string take_from_broker();
    std::string pass_to_paho(std::string_view bytes);
    void to_broker();
    void to_paho();

    const Settings& settings;
    const std::string address;
    LoopbackListener listener;
    Handle stop;
    Handle paho;
    Wire wire;
    BrokerPackets packets;
    websocket::Frames frames{most_pending};
    std::string for_broker;
    std::string for_paho;
    bool paho_ended = false;

    std::mutex mutex;
    std::string failure;
    std::string refusal;
};

void Link::State::run() {
    const auto deadline = Wire::Clock::now() + settings.connect_timeout;
    std::string fault;
    bool accepted = false;
    try {
        fault = open(deadline);
        accepted = fault.empty() && accept(deadline);
        if (accepted) {
            listener.close();
            fault = carry();
        }
    } catch (const std::exception& error) {
        fault = error.what();
    }
    {
        const std::lock_guard lock{mutex};
        failure = std::move(fault);
        refusal = packets.refusal();
    }
    wire.close();
    // Paho notices only now, so that whoever is told finds the reason.
    paho.reset();
    try {
        if (!accepted) turn_away();
    } catch (const std::exception& error) {
        const std::lock_guard lock{mutex};
        if (failure.empty()) failure = error.what();
    }
    listener.close();
}

std::string Link::State::open(Wire::Clock::time_point deadline) {
    auto fault = wire.open(address, deadline);
    if (fault.empty() && settings.url.websocket) fault = open_websocket(deadline);
    return fault;
}

std::string Link::State::open_websocket(Wire::Clock::time_point deadline) {
    const auto& url = settings.url;
    const auto key = websocket::make_key();
    auto request = websocket::request(url.host_in_url(), url.port, url.tls, url.path, key);
    while (!request.empty()) {
        const auto written = wire.write(request);
        request.erase(0, written);
        if (wire.ended() || (written == 0 && !wire.wait(true, deadline))) break;
    }
    std::string answer;
    while (answer.size() < 4 || answer.compare(answer.size() - 4, 4, "\r\n\r\n") != 0) {
        char byte = 0;
        if (wire.read(&byte, 1) == 1) {
            answer += byte;
            if (answer.size() > longest_answer) return "its answer to the WebSocket request is too long";
            continue;
        }
        if (wire.ended()) {
            if (url.tls && !wire.failure().empty()) return wire.failure();
            return answer.empty() ? "it closed the connection at the WebSocket request"
                                  : websocket::fault_in_answer(answer, key);
        }
        if (!wire.wait(wire.wants_to_write(), deadline)) return "no answer to the WebSocket request";
    }
    return websocket::fault_in_answer(answer, key);
}

/// False at the deadline or when told to stop.
bool Link::State::accept(Wire::Clock::time_point deadline) {
    for (;;) {
        bool failing = false;
        paho = listener.accept(failing);
        if (paho.get() >= 0) return true;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Wire::Clock::now()).count();
        if (left <= 0) return false;
        const auto limit = std::min<decltype(left)>(left, failing ? 50 : 3'600'000);
        pollfd entries[] = {{failing ? -1 : listener.handle(), POLLIN, 0}, {stop.get(), POLLIN, 0}};
        const int ready = ::poll(entries, 2, static_cast<int>(limit));
        if ((ready < 0 && errno != EINTR) || entries[1].revents != 0) return false;
    }
}

/// Closes what Paho opens until told to stop. Another process that got the port meanwhile would get Paho's CONNECT.
void Link::State::turn_away() {
    while (accept(Wire::Clock::time_point::max())) paho.reset();
}

/// Until one of the two ends. Why it ended in words.
std::string Link::State::carry() {
    auto deadline = Wire::Clock::time_point::max();
    for (;;) {
        take_from_paho();
        if (auto fault = take_from_broker(); !fault.empty()) {
            {
                // Paho may give up by itself at what comes before the fault.
                const std::lock_guard lock{mutex};
                failure = fault;
            }
            to_paho();
            return fault;
        }
        to_broker();
        to_paho();
        if (wire.ended()) return wire.failure();
        if (paho_ended) {
            if (for_broker.empty()) return {};
            deadline = std::min(deadline, Wire::Clock::now() + goodbye);
        }
        if (!wait(deadline != Wire::Clock::time_point::max(), deadline)) {
            if (deadline != Wire::Clock::time_point::max()) return {};
            deadline = Wire::Clock::now() + goodbye;  // told to stop: Paho has closed, or is about to
        }
    }
}

/// False when it must stop: told so, or, when it is `stopping` already, out of time.
bool Link::State::wait(bool stopping, Wire::Clock::time_point deadline) const {
    int limit = -1;
    if (stopping) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Wire::Clock::now()).count();
        if (left <= 0) return false;
        limit = static_cast<int>(left);
    }
    const bool reads = for_paho.size() < most_pending;
    const bool more = reads && wire.holds_more();
    if (more) limit = 0;
    const auto entry = [](int handle, bool read, bool write) {
        // One that is waited for in no way would tell of its end over and over.
        return pollfd{read || write ? handle : -1, static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0)), 0};
    };
    pollfd entries[] = {
        entry(wire.handle(), reads, !for_broker.empty() || wire.wants_to_write()),
        entry(paho.get(), !paho_ended && for_broker.size() < most_pending, !paho_ended && !for_paho.empty()),
        entry(stop.get(), !stopping, false),
    };
    const int ready = ::poll(entries, 3, limit);
    if (ready < 0) return errno == EINTR;
    return (ready != 0 || more) && entries[2].revents == 0;
}

void Link::State::take_from_paho() {
    char bytes[piece];
    while (!paho_ended && for_broker.size() < most_pending) {
        const auto count = ::recv(paho.get(), bytes, sizeof bytes, 0);
        if (count > 0) {
            const std::string_view taken{bytes, static_cast<std::size_t>(count)};
            packets.note_sent(taken);
            if (settings.url.websocket)
                websocket::append_frame(for_broker, taken);
            else
                for_broker += taken;
        } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        } else {
            paho_ended = true;
            if (settings.url.websocket) for_broker += websocket::close_frame();
        }
    }
}

std::string Link::State::take_from_broker() {
    char bytes[piece];
    if (for_paho.size() >= most_pending) return {};
    const auto count = wire.read(bytes, sizeof bytes);
    return count == 0 ? std::string{} : pass_to_paho({bytes, count});
}

std::string Link::State::pass_to_paho(std::string_view bytes) {
    std::string payload;
    std::string fault;
    if (settings.url.websocket) {
        fault = frames.feed(bytes, payload, for_broker);
        bytes = payload;
    }
    if (auto wrong = packets.feed(bytes, for_paho); !wrong.empty()) return wrong;
    if (!packets.refusal().empty()) {
        const std::lock_guard lock{mutex};
        refusal = packets.refusal();
    }
    return fault;
}

void Link::State::to_broker() {
    while (!for_broker.empty()) {
        const auto written = wire.write(for_broker);
        if (written == 0) return;
        for_broker.erase(0, written);
    }
}

void Link::State::to_paho() {
    while (!for_paho.empty()) {
        const auto count = ::send(paho.get(), for_paho.data(), for_paho.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            if (count < 0 && errno != EAGAIN) for_paho.clear();  // it has gone, which reading tells
            return;
        }
        for_paho.erase(0, static_cast<std::size_t>(count));
    }
}

Link::Link(const Settings& settings, const std::string& address)
    : state_{std::make_shared<State>(settings, address)}, port_{state_->listener.port()} {
    thread_ = std::thread{[state = state_] {
        // A write to a connection that has ended must not end the process, and signals are for other threads.
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        state->run();
    }};
}

Link::~Link() {
    const std::uint64_t one = 1;
    // The counter of an eventfd cannot be full after one write.
    [[maybe_unused]] const auto written = ::write(state_->stop.get(), &one, sizeof one);
    thread_.join();
}

std::string Link::failure() const {
    const std::lock_guard lock{state_->mutex};
    return state_->failure;
}

std::string Link::refusal() const {
    const std::lock_guard lock{state_->mutex};
    return state_->refusal;
}

}  // namespace mqtt
