#pragma once

#include "datagram.hpp"
#include "gate.hpp"
#include "intake.hpp"
#include "receiver.hpp"

#include <tocsin/source.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace task_log {

/// The source `task-log`: events from the datagrams of Qlik Sense's log appenders.
///
/// One thread of its own reads all sockets and emits. When emit says full, that thread keeps the event and what it has
/// read with it (at most 64 datagrams) and reads nothing more until resume; meanwhile the kernel buffers, and counts
/// what it drops. pause returns when everything read is emitted or waits for room. What waits at stop is offered once
/// more; what is not taken then counts as unsent.
class TaskLog : public tocsin::Source, private Listener {
  public:
    static constexpr std::string_view name = "task-log";
    static constexpr std::string_view help = "Qlik Sense task, engine and session log messages received over UDP";
    static constexpr std::array instance_options{
        tocsin::Option{"listen", tocsin::list, "addresses to receive on: host:port, [v6]:port or *:port"}.defaults(
            "127.0.0.1:9998"),
        tocsin::Option{"allow-from", tocsin::list,
                       "addresses and networks (CIDR) that may send; needed unless every listen address is a loopback "
                       "one, where it defaults to everybody"}
            .optional(),
        tocsin::Option{"max-datagram", tocsin::integer, "bytes; a longer datagram is counted as malformed"}
            .defaults("65507")
            .range(64, largest_datagram),
        tocsin::Option{"dedupe", tocsin::duration,
                       "for how long a repeated outcome of the same execution is dropped; 0s: never"}
            .defaults("10m")
            .range(0, std::chrono::nanoseconds{std::chrono::hours{24 * 7}}.count()),
        tocsin::Option{"rate-limit", tocsin::integer, "events per minute, more are dropped; 0: no limit"}
            .defaults("0")
            .range(0, 1'000'000'000),
        tocsin::Option{"receive-buffer", tocsin::integer,
                       "bytes the kernel is asked to buffer per address; it may give less"}
            .defaults("8388608")
            .range(4096, 1 << 30),
        tocsin::Option{"time-zone", tocsin::string,
                       "zone of the times in the log, such as Europe/Stockholm; default: this machine's"}
            .optional(),
    };

    TaskLog(tocsin::SourceHost host, const tocsin::Options& options);
    ~TaskLog() override;

    void start() override;
    void pause() override;
    void resume() override;
    void stop(std::chrono::nanoseconds timeout) override;

  protected:
    TaskLog(tocsin::SourceHost host, const tocsin::Options& options, MakeReceiver make_receiver);

  private:
    void run();
    bool wait_until_open();
    void offer(const Datagram& datagram);
    void end_thread() noexcept;

    void on_datagram(const Datagram& datagram) override;
    void on_drops(std::uint64_t count) override;
    void on_trouble(std::string_view what) override;

    tocsin::SourceHost host_;
    std::vector<std::string> listen_;
    std::size_t max_datagram_;
    std::size_t receive_buffer_;
    MakeReceiver make_receiver_;
    std::string zone_name_;
    Intake intake_;
    tocsin::Counter kernel_drops_;
    LogThrottle drops_log_{std::chrono::seconds{10}};
    LogThrottle trouble_log_{std::chrono::seconds{10}};
    std::uint64_t drops_not_logged_ = 0;
    Gate gate_;
    std::unique_ptr<Receiver> receiver_;
    std::thread thread_;
};

}  // namespace task_log
