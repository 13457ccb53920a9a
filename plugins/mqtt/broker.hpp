#pragma once

#include "backoff.hpp"
#include "connector.hpp"
#include "failure_log.hpp"
#include "gate.hpp"
#include "mailbox.hpp"
#include "settings.hpp"
#include "suspicion.hpp"
#include "window.hpp"

#include <tocsin/sink.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mqtt {

/// One `[[mqtt]]` section at work: a thread connects, and connects again. While a connection is up, what is submitted
/// is sent by whoever submits it, and acknowledgements are answered by Paho's thread; with many under way, or while it
/// is at work, the thread does both. Why that cannot make anybody wait for long: docs/adr/0007.
class Broker : public std::enable_shared_from_this<Broker> {
  public:
    Broker(tocsin::SinkHost host, Settings settings);

    void start();

    /// Never waits for the network. One thread at a time.
    void submit(tocsin::Delivery delivery);

    /// Answers what is open and disconnects. Deliveries sent to a connected broker get a moment to be answered.
    /// A thread that hangs in Paho beyond `timeout` is left behind: it holds this object, and calls the host no more.
    void stop(std::chrono::nanoseconds timeout);

  private:
    using Clock = Mailbox::Clock;

    void run();
    bool send_here();
    bool published(std::uint64_t number);
    bool is_busy();
    std::size_t answers_worth_waking_for() const;
    bool must_end(Clock::time_point now);
    Clock::time_point next_deadline(Clock::time_point now);
    void work(Clock::time_point now);
    void on(const std::vector<Notice>& notices, Clock::time_point now);
    void on_own(const Notice& notice);
    void on_lost(const Notice& notice);
    void on_connected(Connector::Connected connected, Clock::time_point now);
    void tell_limits(tocsin::SinkHost& host) const;
    void on_result(Connector::Result result, Clock::time_point now);
    void send_waiting(Clock::time_point now);
    void send_one(Outgoing& out);
    void offer_what_broker_takes(Outgoing& out) const;
    template <class Answer>
    void end(std::uint64_t number, Answer&& answer);
    void reject(std::uint64_t number, const std::string& reason);
    void suspect(Clock::time_point now);
    void lose(Clock::time_point now);
    void retry_open(const std::string& reason);

    const Settings settings_;
    Gate host_;
    const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
    Window window_;
    Suspicion suspicion_;
    std::atomic<bool> busy_{false};

    std::mutex at_work_;  ///< held by who changes or sends; the thread never waits for the mailbox with it
    // Guarded by it:
    Connector connector_;
    Backoff backoff_;
    FailureLog failures_;
    std::unique_ptr<Connection> connection_;
    BrokerProperties broker_;    ///< what CONNACK said
    std::string lost_;           ///< why the connection is no good any more; empty while it is
    bool lost_in_send_ = false;  ///< a send has found it out; why, a notice may tell yet
    bool closed_by_broker_ = false;
    Clock::time_point connected_at_;
    Clock::time_point next_attempt_ = Clock::time_point::min();
    Outgoing outgoing_;
    std::vector<Notice> notices_;
    UserProperties user_properties_;

    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable ended_changed_;
    std::atomic<bool> stopping_{false};
    bool ended_ = false;
    Clock::time_point drain_until_;
};

}  // namespace mqtt
