#include "broker.hpp"

#include "seconds.hpp"

#include <algorithm>
#include <utility>

namespace mqtt {
namespace {

/// Paho loses the memory of what it has queued and not begun to send when a connection ends, so it is given little.
constexpr std::size_t bytes_at_once = 1024 * 1024;

/// Mosquitto 2.0 closes the connection of an MQTT 3.1.1 client that has more than its max_inflight_messages, 20 unless
/// set, under way at QoS 2.
constexpr std::size_t qos2_at_once = 20;

/// MQTT's longest packet is 268,435,455 bytes after the fixed header.
constexpr std::size_t longest_packet = 268'435'455;

/// A connection that lasted this long makes the delays between attempts short again.
constexpr auto lasting = std::chrono::seconds{10};

constexpr auto longest_drain = std::chrono::seconds{1};

}  // namespace

Broker::Broker(tocsin::SinkHost host, Settings settings)
    : settings_{std::move(settings)},
      host_{host},
      window_{bytes_at_once, qos2_at_once},
      connector_{settings_, mailbox_},
      backoff_{settings_.reconnect_min, settings_.reconnect_max} {}

void Broker::start() {
    thread_ = std::thread{[self = shared_from_this()] { self->run(); }};
}

void Broker::submit(tocsin::Delivery delivery) {
    window_.submit(std::move(delivery));
    mailbox_->wake();
}

void Broker::stop(std::chrono::nanoseconds timeout) {
    if (!thread_.joinable()) return;
    timeout = std::clamp<std::chrono::nanoseconds>(timeout, std::chrono::nanoseconds::zero(), std::chrono::hours{1});
    const auto now = Clock::now();
    std::unique_lock lock{mutex_};
    stopping_ = true;
    drain_until_ = now + std::min<std::chrono::nanoseconds>(timeout / 2, longest_drain);
    mailbox_->wake();
    const bool ended = ended_changed_.wait_until(lock, now + timeout, [&] { return ended_; });
    lock.unlock();
    if (ended) {
        thread_.join();
        return;
    }
    thread_.detach();
    host_.close([&](tocsin::SinkHost& host) {
        host.warning("did not stop in time and is left behind");
        for (auto& delivery : window_.take_all()) delivery.retry("stopped");
    });
}

void Broker::run() {
    for (auto now = Clock::now(); !must_end(now); now = Clock::now()) {
        work(now);
        on(mailbox_->wait(next_deadline()), Clock::now());
    }
    connection_.reset();
    host_.close([&](tocsin::SinkHost& host) {
        host.set_max_in_flight(0);
        for (auto& delivery : window_.take_all()) delivery.retry("stopped");
    });
    const std::lock_guard lock{mutex_};
    ended_ = true;
    ended_changed_.notify_all();
}

bool Broker::must_end(Clock::time_point now) {
    const std::lock_guard lock{mutex_};
    return stopping_ && (!connection_ || window_.empty() || now >= drain_until_);
}

Broker::Clock::time_point Broker::next_deadline() {
    auto deadline = connector_.deadline();
    if (!connection_ && !connector_.busy()) deadline = next_attempt_;
    if (connection_)
        if (const auto oldest = window_.oldest()) deadline = std::min(deadline, *oldest + settings_.ack_timeout);
    const std::lock_guard lock{mutex_};
    return stopping_ ? std::min(deadline, drain_until_) : deadline;
}

void Broker::work(Clock::time_point now) {
    if (connection_ && lost_.empty()) {
        const auto oldest = window_.oldest();
        if (oldest && now >= *oldest + settings_.ack_timeout)
            lost_ = "no answer to a publish within " + in_seconds(settings_.ack_timeout);
        else
            send_waiting(now);
    }
    if (connection_ && !lost_.empty()) lose(now);
    if (connection_) return;
    retry_open("not connected to " + settings_.url.text());
    on_result(connector_.expire(now), now);
    if (!connection_ && !connector_.busy() && now >= next_attempt_) on_result(connector_.start(now), now);
}

void Broker::on(const std::vector<Notice>& notices, Clock::time_point now) {
    for (const auto& notice : notices) {
        if (connection_ && notice.connection == connection_->number())
            on_own(notice);
        else
            on_result(connector_.handle(notice, now), now);
    }
}

void Broker::on_own(const Notice& notice) {
    if (notice.kind == Notice::Kind::published) {
        host_.pass([&](tocsin::SinkHost&) {
            if (auto delivery = window_.take(notice.number)) delivery->delivered();
        });
    } else if (lost_.empty()) {
        lost_ = "the connection broke";
    }
}

void Broker::on_result(Connector::Result result, Clock::time_point now) {
    if (auto* connection = std::get_if<std::unique_ptr<Connection>>(&result)) {
        connection_ = std::move(*connection);
        lost_.clear();
        connected_at_ = now;
        failures_.reset();
        host_.pass([&](tocsin::SinkHost& host) {
            host.info("connected to " + settings_.url.text());
            host.set_max_in_flight(static_cast<std::uint32_t>(settings_.window));
        });
    } else if (const auto* failure = std::get_if<Connector::Failure>(&result)) {
        const auto delay = backoff_.next();
        next_attempt_ = now + delay;
        if (!failures_.tells(failure->reason, now)) return;
        const auto text = "cannot connect to " + settings_.url.text() + ": " + failure->reason + "; next attempt in " +
                          in_seconds(delay);
        host_.pass([&](tocsin::SinkHost& host) { failure->refused ? host.error(text) : host.warning(text); });
    }
}

void Broker::send_waiting(Clock::time_point now) {
    while (lost_.empty() && window_.send_next(outgoing_, now)) send_one(outgoing_);
    if (outgoing_.payload.capacity() > bytes_at_once) outgoing_ = {};
}

void Broker::send_one(const Outgoing& out) {
    // Paho takes the topic as a C string and would cut it off.
    if (out.topic.find('\0') != std::string::npos) return reject(out.number, "the MQTT topic contains a NUL character");
    if (out.payload.size() + out.topic.size() + 4 > longest_packet)
        return reject(out.number, "the payload is longer than MQTT allows (256 MiB)");
    switch (connection_->publish(out.number, out.topic, out.payload, out.qos, out.retained)) {
        case Connection::Sent::yes: break;
        case Connection::Sent::bad_topic: return reject(out.number, "the MQTT topic is not valid UTF-8");
        case Connection::Sent::disconnected: lost_ = "the connection broke"; break;
    }
}

void Broker::reject(std::uint64_t number, const std::string& reason) {
    host_.pass([&](tocsin::SinkHost&) {
        if (auto delivery = window_.take(number)) delivery->rejected(reason);
    });
}

void Broker::lose(Clock::time_point now) {
    connection_.reset();
    if (now - connected_at_ >= lasting) backoff_.reset();
    const auto delay = backoff_.next();
    next_attempt_ = now + delay;
    host_.pass([&](tocsin::SinkHost& host) {
        host.set_max_in_flight(0);
        host.warning("lost the connection to " + settings_.url.text() + ": " + lost_ + "; next attempt in " +
                     in_seconds(delay));
    });
    retry_open("lost the connection to " + settings_.url.text());
}

void Broker::retry_open(const std::string& reason) {
    if (window_.empty()) return;
    host_.pass([&](tocsin::SinkHost&) {
        for (auto& delivery : window_.take_all()) delivery.retry(reason);
    });
}

}  // namespace mqtt
