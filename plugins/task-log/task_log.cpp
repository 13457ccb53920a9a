#include "task_log.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

namespace task_log {
namespace {

using Clock = std::chrono::steady_clock;

#if defined(__linux__)
constexpr MakeReceiver default_receiver = make_recvmmsg_receiver;
#else
constexpr MakeReceiver default_receiver = make_asio_receiver;
#endif

// How long pause waits for the reading thread, which the host's own slowness may keep.
constexpr std::chrono::seconds pause_timeout{1};
constexpr std::chrono::seconds rest_after_trouble{1};

std::vector<std::string> listen_addresses(const tocsin::Options& options) {
    auto addresses = options.list("listen");
    if (addresses.empty()) throw std::runtime_error{"listen: give at least one address"};
    return addresses;
}

std::int64_t bound(const tocsin::SourceHost& host, const std::string& address) {
    try {
        return host.listen_udp(address);
    } catch (const std::exception& error) {
        throw std::runtime_error{std::string{"listen: "} + error.what()};
    }
}

// Nothing: everybody, which only loopback addresses can offer.
std::optional<AllowList> allow_list(const tocsin::Options& options) {
    const auto& entries = options.list("allow-from");
    std::optional<std::string> open_address;
    for (const auto& address : options.list("listen"))
        if (!listens_on_loopback(address) && !open_address) open_address = address;
    if (!entries.empty()) return AllowList{entries};
    if (!open_address) return std::nullopt;
    throw std::runtime_error{"allow-from: needed because \"" + *open_address +
                             "\" can be reached from other machines; list the addresses or networks that may send, "
                             "for example [\"10.1.2.0/24\"]"};
}

TimeZone time_zone(const tocsin::Options& options) {
    const auto name = options.text("time-zone");
    return name.empty() ? TimeZone::of_machine() : TimeZone::named(name);
}

Intake::Settings intake_settings(const tocsin::Options& options) {
    return {allow_list(options), options.duration("dedupe"), options.integer("rate-limit"), time_zone(options)};
}

// Throws all that is wrong with the options at once.
const tocsin::Options& checked(const tocsin::Options& options) {
    tocsin::OptionMistakes mistakes;
    const auto check = [&](auto&& read) {
        try {
            read();
        } catch (const std::runtime_error& error) {
            mistakes.add(error.what());
        }
    };
    std::set<std::string> addresses;
    for (const auto& address : options.list("listen")) {
        check([&] { listens_on_loopback(address); });
        if (!addresses.insert(address).second) mistakes.add("listen", "\"" + address + "\" stands there twice");
    }
    for (const auto& entry : options.list("allow-from")) check([&] { AllowList{{entry}}; });
    check([&] { time_zone(options); });
    if (mistakes.empty())
        check([&] {
            listen_addresses(options);
            allow_list(options);
        });
    if (!mistakes.empty()) throw mistakes;
    return options;
}

}  // namespace

TaskLog::TaskLog(tocsin::SourceHost host, const tocsin::Options& options) : TaskLog{host, options, default_receiver} {}

TaskLog::TaskLog(tocsin::SourceHost host, const tocsin::Options& options, MakeReceiver make_receiver)
    : host_{host},
      listen_{listen_addresses(checked(options))},
      max_datagram_{static_cast<std::size_t>(options.integer("max-datagram"))},
      receive_buffer_{static_cast<std::size_t>(options.integer("receive-buffer"))},
      make_receiver_{make_receiver},
      zone_name_{time_zone(options).name()},
      intake_{host, intake_settings(options)},
      kernel_drops_{host.counter("kernel-drops", "Datagrams the kernel had no room for; not part of received.")} {}

TaskLog::~TaskLog() { end_thread(); }

void TaskLog::start() {
    receiver_ = make_receiver_(*this, max_datagram_);
    for (const auto& address : listen_) {
        const auto given = receiver_->add(bound(host_, address), receive_buffer_);
        if (given < receive_buffer_)
            host_.warning("the kernel buffers " + std::to_string(given) + " bytes for " + address + " instead of " +
                          std::to_string(receive_buffer_) +
                          " (receive-buffer); on Linux, raise net.core.rmem_max to lose less in a burst");
        host_.info("receiving on " + address + "; times are read in " + zone_name_);
    }
    thread_ = std::thread{[this] { run(); }};
}

void TaskLog::pause() {
    gate_.pause();
    if (!thread_.joinable()) return;
    receiver_->interrupt();
    if (thread_.get_id() != std::this_thread::get_id()) gate_.wait_until_parked(pause_timeout);
}

void TaskLog::resume() { gate_.resume(); }

void TaskLog::stop(std::chrono::nanoseconds) {
    end_thread();
    receiver_.reset();
}

void TaskLog::end_thread() noexcept {
    if (!thread_.joinable()) return;
    gate_.stop();
    receiver_->interrupt();
    thread_.join();
}

void TaskLog::run() {
    while (wait_until_open()) {
        try {
            receiver_->run();
        } catch (const std::exception& error) {
            on_trouble(error.what());
            gate_.rest(rest_after_trouble);
        }
    }
    receiver_->count_drops();
    if (const auto unsent = intake_.unsent())
        host_.warning(std::to_string(unsent) + " received events were given up because the router stopped");
    gate_.leave();
}

bool TaskLog::wait_until_open() {
    for (;;) {
        switch (gate_.wait(std::chrono::seconds{1})) {
            case Gate::State::open: return true;
            case Gate::State::stopped: return false;
            case Gate::State::closed: receiver_->count_drops(); break;
        }
    }
}

void TaskLog::on_datagram(const Datagram& datagram) {
    try {
        offer(datagram);
    } catch (const std::exception& error) {
        intake_.abandon();
        on_trouble(error.what());
    }
}

void TaskLog::offer(const Datagram& datagram) {
    if (!intake_.prepare(datagram, Clock::now())) return;
    for (;;) {
        const bool is_last_try = gate_.is_stopped();
        const auto resumes = gate_.resumes();
        switch (intake_.emit(Clock::now())) {
            case tocsin::Emit::accepted:
            case tocsin::Emit::invalid: return;
            case tocsin::Emit::full:
                if (is_last_try) return intake_.abandon();
                gate_.hold(resumes);
                wait_until_open();
                break;
            case tocsin::Emit::stopping:
                gate_.stop();
                receiver_->interrupt();
                return intake_.abandon();
        }
    }
}

void TaskLog::on_drops(std::uint64_t count) {
    kernel_drops_.add(count);
    drops_not_logged_ += count;
    if (!drops_log_.admit(Clock::now())) return;
    host_.warning("the kernel dropped " + std::to_string(std::exchange(drops_not_logged_, 0)) +
                  " datagrams because the receive buffer was full (net.core.rmem_max limits receive-buffer)");
}

void TaskLog::on_trouble(std::string_view what) {
    if (trouble_log_.admit(Clock::now())) host_.error("receiving failed, trying again: " + std::string{what});
}

}  // namespace task_log

TOCSIN_SOURCE(task_log::TaskLog, "0.1.0")
