// What a bad neighbour does to the latency of a healthy broker at 1,000 events a second. For each kind of neighbour the
// program runs twice at once, without and with it, and gets events in turns of a tenth of a second, so that whatever
// else the machine does meets both alike. Prints a table in Markdown.
#include "support/healthy_site.hpp"
#include "support/neighbours.hpp"
#include "support/silent_name_server.hpp"
#include "support/wait.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace tocsin::testing;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto interval = std::chrono::milliseconds{1};
constexpr auto turn = std::chrono::milliseconds{100};
constexpr double most_ratio = 1.5;

struct Kind {
    const char* name;
    std::function<Neighbour()> make;
    std::string lacking{};
};

std::vector<Kind> kinds() {
    return {
        {"a broker that refuses", refusing_broker},
        {"a broker behind a black hole", black_holed_broker},
        {"a broker that accepts and is silent", silent_broker},
        {"a broker that is silent in the TLS handshake", tls_silent_broker},
        {"two brokers whose names nobody looks up", brokers_without_name_server, SilentNameServer::lacking()},
        {"a broker that is stopped, with a full socket", stopped_broker},
        {"a broker that takes one message a second", broker_of_one_message_a_second},
        {"a broker that closes after each CONNECT", broker_closing_after_connect},
        {"49 dead brokers of 50", [] { return dead_brokers(); }},
        {"a sink that blocks in submit", blocking_sink},
        {"a sink that never answers", [] { return fixture_sink("never_answers"); }},
        {"a sink that throws in submit", [] { return fixture_sink("throws_in_submit"); }},
    };
}

struct Latency {
    double p50 = 0;  ///< microseconds
    double p99 = 0;
};

double at(const std::vector<double>& sorted, double share) {
    return sorted.at(static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1)));
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return at(values, 0.5);
}

/// A site and when each of its events was sent.
class Measured {
  public:
    explicit Measured(Neighbour neighbour) : site_{std::move(neighbour)} {}

    HealthySite& site() noexcept { return site_; }

    /// Sends events for `turn`, one each millisecond.
    void send_evenly() {
        auto next = Clock::now();
        for (auto left = turn; left > left.zero(); left -= interval) {
            next += interval;
            std::this_thread::sleep_until(next);
            sent_.push_back(Clock::now());
            site_.send();
        }
    }

    /// Of the events from number `first` on. Throws when something was lost, doubled or out of order.
    Latency latency(std::size_t first) {
        wait_until([&] { return site_.tap().count() >= site_.sent(); });
        if (const auto fault = site_.fault(); !fault.empty()) throw std::runtime_error{fault};
        std::vector<double> latencies;
        for (const auto& message : site_.tap().messages()) {
            const auto number = std::stoul(message.payload);
            if (number >= first)
                latencies.push_back(std::chrono::duration<double, std::micro>{message.came - sent_[number]}.count());
        }
        std::sort(latencies.begin(), latencies.end());
        return {at(latencies, 0.5), at(latencies, 0.99)};
    }

  private:
    HealthySite site_;
    std::vector<Clock::time_point> sent_;
};

struct Comparison {
    Latency without;
    Latency with;
};

Comparison measure(Neighbour neighbour, unsigned seconds) {
    Measured without{Neighbour{}};
    Measured with{std::move(neighbour)};
    const auto both = [&] {
        without.send_evenly();
        with.send_evenly();
    };
    if (!wait_until([&] {
            both();
            return with.site().neighbour().met(with.site().router());
        }))
        throw std::runtime_error{"the router does not run into the neighbour:\n" + with.site().router().output()};
    const auto first = with.site().sent();
    for (unsigned i = 0; i < seconds * std::chrono::seconds{1} / turn; ++i) both();
    return {without.latency(first), with.latency(first)};
}

/// Prints the row of one kind; false when the target is missed.
bool compare(const Kind& kind, unsigned rounds, unsigned seconds) {
    if (!kind.lacking.empty()) {
        std::printf("| %s | | | | | unproven: %s |\n", kind.name, kind.lacking.c_str());
        return true;
    }
    std::vector<double> p50_without, p50_with, p99_without, p99_with, ratios;
    try {
        for (unsigned round = 0; round < rounds; ++round) {
            const auto [without, with] = measure(kind.make(), seconds);
            p50_without.push_back(without.p50);
            p50_with.push_back(with.p50);
            p99_without.push_back(without.p99);
            p99_with.push_back(with.p99);
            ratios.push_back(with.p99 / without.p99);
        }
    } catch (const std::exception& error) {
        std::printf("| %s | | | | | failed |\n", kind.name);
        std::fprintf(stderr, "%s: %s\n", kind.name, error.what());
        return false;
    }
    const double ratio = median(ratios);
    const bool hit = ratio <= most_ratio;
    std::printf("| %s | %.0f | %.0f | %.0f | %.0f | %.2f, %s |\n", kind.name, median(p50_without), median(p50_with),
                median(p99_without), median(p99_with), ratio, hit ? "hit" : "miss");
    std::fflush(stdout);
    return hit;
}

/// Before everything else on the machine, as far as we may: otherwise others' work is what is measured. Inherited by
/// the programs that are started.
bool go_first() {
    sched_param parameters{};
    parameters.sched_priority = 1;
    return ::sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

unsigned positive(const char* text) {
    const auto number = std::atoi(text);
    if (number < 1) throw std::invalid_argument{std::string{text} + ": a number above 0 is wanted"};
    return static_cast<unsigned>(number);
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 3) {
        std::fprintf(stderr,
                     "usage: %s TOCSIN FOLDER-OF-FIXTURES [SECONDS [ROUNDS [PART-OF-A-NAME]]]\n"
                     "SECONDS that a round measures without and with a neighbour (default 3), ROUNDS (default 3)\n",
                     argv[0]);
        return 2;
    }
    ::setenv("TOCSIN_EXE", argv[1], 1);
    ::setenv("TOCSIN_FIXTURES", argv[2], 1);
    const unsigned seconds = argc > 3 ? positive(argv[3]) : 3;
    const unsigned rounds = argc > 4 ? positive(argv[4]) : 3;
    const std::string_view wanted = argc > 5 ? argv[5] : "";
    std::printf(
        "Latency from the datagram to a subscriber of a healthy mosquitto, in µs, QoS 1, at 1,000 events a second; "
        "without and\n"
        "with a neighbour that gets every event too, in turns of 0.1 s, medians of %u rounds of %u s each. All events "
        "arrived, once\n"
        "and in order; %s. Target: a p99 of at most %.1f times that\n"
        "without the neighbour.\n\n"
        "| neighbour | p50 without | p50 with | p99 without | p99 with | ratio |\n|---|---|---|---|---|---|\n",
        rounds, seconds, go_first() ? "real-time priority" : "no real-time priority, which takes root", most_ratio);
    bool all = true;
    for (const auto& kind : kinds())
        if (std::string_view{kind.name}.find(wanted) != std::string_view::npos)
            all = compare(kind, rounds, seconds) && all;
    return all ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
