#include "broker.hpp"

#include "reason_code.hpp"
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

/// MQTT's longest packet is 268,435,455 bytes after a fixed header of five.
constexpr std::uint64_t longest_packet = 268'435'460;

/// A connection that lasted this long makes the delays between attempts short again.
constexpr auto lasting = std::chrono::seconds{10};

/// With so many publishes under way sending and answering are the thread's, which does several at a time: each publish
/// takes Paho's lock, and so does each write, and who waits for it changes places twice.
constexpr std::size_t many_sent = 32;
constexpr std::size_t few_sent = 4;

constexpr auto longest_drain = std::chrono::seconds{1};

/// A broker that closes the connection because of a publish does so within this time.
constexpr auto soon = std::chrono::seconds{5};

}  // namespace

Broker::Broker(tocsin::SinkHost host, Settings settings)
    : settings_{std::move(settings)},
      host_{host},
      window_{bytes_at_once, qos2_at_once},
      connector_{settings_, {mailbox_, [this](std::uint64_t number) { return published(number); }}},
      backoff_{settings_.reconnect_min, settings_.reconnect_max} {}

void Broker::start() {
    thread_ = std::thread{[self = shared_from_this()] { self->run(); }};
}

void Broker::submit(tocsin::Delivery delivery) {
    window_.submit(std::move(delivery));
    if (!send_here()) mailbox_->wake();
}

/// False when the thread has to look at it: it is at work, there is much, or there is no connection in good order.
bool Broker::send_here() {
    if (is_busy()) return false;
    const std::unique_lock lock{at_work_, std::try_to_lock};
    if (!lock || !connection_ || !lost_.empty()) return false;
    send_waiting(Clock::now());
    return lost_.empty();
}

/// On Paho's thread. False when the thread has to look at it.
bool Broker::published(std::uint64_t number) {
    if (is_busy()) return false;
    end(number, [](tocsin::Delivery& delivery) { delivery.delivered(); });
    if (window_.has_waiting() || (stopping_ && window_.empty())) mailbox_->wake();
    return true;
}

/// From many until few are under way.
bool Broker::is_busy() {
    const auto sent = window_.sent();
    if (sent >= many_sent) busy_ = true;
    if (sent <= few_sent) busy_ = false;
    return busy_;
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
    std::unique_lock at_work{at_work_};
    for (auto now = Clock::now(); !must_end(now); now = Clock::now()) {
        work(now);
        const auto deadline = next_deadline(now);
        const auto worth = answers_worth_waking_for();
        at_work.unlock();
        mailbox_->wait(notices_, deadline, worth);
        at_work.lock();
        on(notices_, Clock::now());
    }
    connection_.reset();
    connector_.cancel();
    at_work.unlock();
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

std::size_t Broker::answers_worth_waking_for() const {
    const auto sent = window_.sent();
    return connection_ && sent >= many_sent ? sent / 4 : 1;
}

Broker::Clock::time_point Broker::next_deadline(Clock::time_point now) {
    auto deadline = connector_.deadline();
    if (!connection_ && !connector_.busy()) deadline = next_attempt_;
    // What others send meanwhile is not unanswered for too long before that.
    if (connection_) deadline = std::min(deadline, window_.oldest().value_or(now) + settings_.ack_timeout);
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
    switch (notice.kind) {
        case Notice::Kind::published:
            end(notice.number, [](tocsin::Delivery& delivery) { delivery.delivered(); });
            break;
        case Notice::Kind::refused_publish: {
            const auto reason = "the broker answers " + reason_in_words(notice.code, notice.properties.in_words());
            end(notice.number, [&](tocsin::Delivery& delivery) {
                verdict_on_publish(notice.code) == Verdict::rejected ? delivery.rejected(reason)
                                                                     : delivery.retry(reason);
            });
            break;
        }
        default: on_lost(notice); break;
    }
}

void Broker::on_lost(const Notice& notice) {
    // A send that failed says less than what the connection has said before.
    if (!lost_.empty() && !std::exchange(lost_in_send_, false)) return;
    if (notice.kind == Notice::Kind::lost && notice.code > 0) {
        lost_ = "the broker closed it: " + reason_in_words(notice.code, notice.properties.in_words());
        closed_by_broker_ = !names_another_cause(notice.code);
        return;
    }
    const auto reason = connection_->failure();
    lost_ = "the connection broke" + (reason.empty() ? "" : ": " + reason);
    closed_by_broker_ = true;
}

void Broker::on_result(Connector::Result result, Clock::time_point now) {
    if (auto* connected = std::get_if<Connector::Connected>(&result)) {
        on_connected(std::move(*connected), now);
    } else if (const auto* failure = std::get_if<Connector::Failure>(&result)) {
        suspicion_.not_reached();
        const auto delay = backoff_.next();
        next_attempt_ = now + delay;
        if (!failures_.tells(failure->reason, now)) return;
        const auto text = "cannot connect to " + settings_.url.text() + ": " + failure->reason + "; next attempt in " +
                          in_seconds(delay);
        host_.pass([&](tocsin::SinkHost& host) { failure->refused ? host.error(text) : host.warning(text); });
    }
}

void Broker::on_connected(Connector::Connected connected, Clock::time_point now) {
    connection_ = std::move(connected.connection);
    broker_ = connected.properties;
    lost_.clear();
    lost_in_send_ = false;
    closed_by_broker_ = false;
    connected_at_ = now;
    failures_.reset();
    suspicion_.connected();
    const auto most = std::min<std::size_t>(settings_.window, broker_.receive_maximum.value_or(65535));
    window_.limit_qos2(settings_.protocol == Protocol::v5 ? most : qos2_at_once);
    host_.pass([&](tocsin::SinkHost& host) {
        if (settings_.url.tls && !settings_.verify)
            host.warning("connected to " + settings_.url.text() +
                         ", whose certificate is not checked (insecure-skip-verify)");
        else
            host.info("connected to " + settings_.url.text());
        tell_limits(host);
        host.set_max_in_flight(static_cast<std::uint32_t>(most));
    });
}

void Broker::tell_limits(tocsin::SinkHost& host) const {
    if (const auto said = broker_.in_words(); !said.empty()) host.info("the broker says: " + said);
    if (broker_.maximum_qos)
        host.warning("the broker takes QoS " + std::to_string(*broker_.maximum_qos) +
                     " at most: what is meant for a higher one is sent with that");
    if (broker_.retain_available == false)
        host.warning("the broker retains no messages: what is meant to be retained is sent without");
}

void Broker::send_waiting(Clock::time_point now) {
    while (lost_.empty() && window_.send_next(outgoing_, now, suspicion_.one_at_a_time())) send_one(outgoing_);
    if (outgoing_.payload.capacity() > bytes_at_once) outgoing_ = {};
}

void Broker::send_one(Outgoing& out) {
    if (suspicion_.condemned(out.publish)) {
        backoff_.reset();
        return reject(out.number, "broker closed the connection: each time this was sent, the last time alone");
    }
    // Paho takes the topic as a C string and would cut it off.
    if (out.topic.find('\0') != std::string::npos) return reject(out.number, "the MQTT topic contains a NUL character");
    user_properties_.clear();
    if (!out.user_properties.empty())
        if (const auto fault = read_user_properties(out.user_properties, user_properties_); !fault.empty())
            return reject(out.number, fault);
    offer_what_broker_takes(out);
    const auto size = packet_size(out, user_properties_, settings_.protocol);
    if (size > longest_packet) return reject(out.number, "the message is longer than MQTT allows (256 MiB)");
    if (broker_.maximum_packet_size && size > *broker_.maximum_packet_size)
        return reject(out.number, "the message has " + std::to_string(size) + " bytes, the broker takes " +
                                      std::to_string(*broker_.maximum_packet_size) + " at most (Maximum Packet Size)");
    switch (connection_->publish(out, user_properties_)) {
        case Connection::Sent::yes: break;
        case Connection::Sent::bad_topic: return reject(out.number, "the MQTT topic is not valid UTF-8");
        case Connection::Sent::disconnected:
            lost_ = "the connection broke";
            lost_in_send_ = true;
            closed_by_broker_ = true;
            break;
    }
}

void Broker::offer_what_broker_takes(Outgoing& out) const {
    if (broker_.maximum_qos) out.qos = std::min<int>(out.qos, *broker_.maximum_qos);
    if (broker_.retain_available == false) out.retained = false;
}

/// Answers the delivery under this number, if it is open still.
template <class Answer>
void Broker::end(std::uint64_t number, Answer&& answer) {
    host_.pass([&](tocsin::SinkHost&) {
        auto delivery = window_.take(number);
        if (!delivery) return;
        suspicion_.ended(Window::publish_of(*delivery));
        std::forward<Answer>(answer)(*delivery);
    });
}

void Broker::reject(std::uint64_t number, const std::string& reason) {
    end(number, [&](tocsin::Delivery& delivery) { delivery.rejected(reason); });
}

void Broker::suspect(Clock::time_point now) {
    const auto written = window_.oldest();
    const auto open = window_.open();
    if (closed_by_broker_ && open.oldest && written && now - *written <= soon)
        suspicion_.closed_at(*open.oldest, open.all, open.sent);
}

void Broker::lose(Clock::time_point now) {
    connection_.reset();
    suspect(now);
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
