// Ends brokers at random moments under load, by kill -9 or SIGTERM, and starts them again: one for each QoS, version of
// MQTT, and with and without persistence, all side by side at one router.
//
// broker_soak [SECONDS] [--seed N]       180 seconds when left out
//
// At QoS 1 and 2 nothing may be missing, and a message comes twice only when its session was lost in between (Tocsin's
// sessions are clean, so with the broker) and it was one of those under way. At QoS 0, where nobody acknowledges, what
// was written to a connection that died may be missing; how much is printed. New messages come in order at every QoS,
// and the newest of each event id is the last one.

#include "arguments.hpp"
#include "broker_log.hpp"
#include "load.hpp"
#include "order.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tocsin::soak {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr unsigned events_per_second = 200;
constexpr std::size_t most_shown = 5;

/// One broker and the handler that sends everything there.
class Station {
  public:
    Station(int qos, std::string protocol, bool persists)
        : qos_{qos}, protocol_{std::move(protocol)}, persists_{persists}, broker_{setup()} {
        broker_.start();
    }

    std::string name() const {
        return "qos" + std::to_string(qos_) + "-" + (protocol_ == "5" ? "v5" : "v3") + (persists_ ? "-kept" : "");
    }
    std::string section() const {
        return testing::mqtt_section(name(), broker_.url(),
                                     "protocol = \"" + protocol_ + "\"\n" +
                                         (qos_ == 0 && protocol_ == "5" && persists_ ? "default = true\n" : ""));
    }
    std::string handler() const {
        return "id: " + name() + "\ntopic: qlik.task\nkind: mqtt\noptions:\n  broker-name: " + name() +
               "\n  topic: " + name() + "/{{ .ID }}/{{ index .Tags \"appName\" }}\n  qos: " + std::to_string(qos_) +
               "\n";
    }

    Clock::time_point next() const noexcept { return next_; }
    void set_next(Clock::time_point next) noexcept { next_ = next; }
    bool is_up() const noexcept { return is_up_; }
    void start() {
        if (!is_up_) broker_.start();
        is_up_ = true;
    }
    void terminate() {
        broker_.terminate();
        is_up_ = false;
        ++ends_;
    }
    /// It answers nothing for so long before, so that more is under way.
    void kill(std::chrono::milliseconds after) {
        broker_.freeze();
        std::this_thread::sleep_for(after);
        broker_.kill();
        is_up_ = false;
        ++ends_;
    }

    /// Prints what came of what was sent; false when that is not as it must be.
    bool judge(const std::vector<Load::Sent>& sent) const {
        const auto arrivals = read_broker_log(broker_.log());
        auto faults = order_faults(arrivals, sent);
        std::map<unsigned, unsigned> last_life;  // by number
        std::map<unsigned, std::size_t> again;   // by the broker's life that had ended
        std::size_t doubled = 0;
        for (const auto& arrival : arrivals) {
            const auto [known, is_first] = last_life.try_emplace(arrival.number, arrival.life);
            if (is_first) continue;
            ++doubled;
            if (known->second == arrival.life)
                faults.push_back("doubled, and its session was not lost: " + std::to_string(arrival.number));
            ++again[known->second];
            known->second = arrival.life;
        }
        for (const auto& [life, count] : again)
            if (count > window())
                faults.push_back("after the broker's life " + std::to_string(life) +
                                 " came again: " + std::to_string(count));
        std::size_t lost = 0;
        for (unsigned number = 0; number < sent.size(); ++number) {
            if (last_life.contains(number)) continue;
            ++lost;
            if (qos_ != 0) faults.push_back("lost: " + std::to_string(number));
        }
        if (lost > ends_ * window()) faults.push_back("more is lost than can have been under way");
        for (std::size_t i = 0; i < std::min(faults.size(), most_shown); ++i) std::cout << "  " << faults[i] << '\n';
        if (faults.size() > most_shown) std::cout << "  and " << faults.size() - most_shown << " more\n";
        std::cout << "broker " << name() << ": " << (faults.empty() ? "ok" : "FAILED") << ", " << ends_ << " ends, "
                  << sent.size() << " events, lost " << lost << (qos_ == 0 ? " (allowed)" : "") << ", doubled "
                  << doubled << " (allowed)" << std::endl;
        return faults.empty();
    }

  private:
    testing::Mosquitto::Setup setup() const {
        if (!persists_) return {};
        return {.lines =
                    "allow_anonymous true\nmax_queued_messages 0\npersistence true\nautosave_interval 1\n"
                    "persistence_location " +
                    folder_.path().string() + "/\n"};
    }

    /// Deliveries that may be under way at a time.
    std::size_t window() const { return qos_ == 2 && protocol_ != "5" ? 20 : 100; }

    int qos_;
    std::string protocol_;
    bool persists_;
    testing::TempDir folder_;
    testing::Mosquitto broker_;
    bool is_up_ = true;
    std::size_t ends_ = 0;
    Clock::time_point next_;
};

class BrokerSoak {
  public:
    explicit BrokerSoak(const Arguments& arguments)
        : seconds_{arguments.count}, seed_{arguments.seed}, random_{seed_}, load_{seed_, events_per_second} {
        for (const bool persists : {false, true})
            for (const char* protocol : {"3.1.1", "5"})
                for (const int qos : {0, 1, 2}) stations_.push_back(std::make_unique<Station>(qos, protocol, persists));
        std::string sections = testing::task_log_section(load_.port());
        for (const auto& station : stations_) sections += station->section();
        site_ = std::make_unique<testing::Site>(sections, "drain-timeout = \"60s\"");
        for (const auto& station : stations_) site_->handler(station->name() + ".yaml", station->handler());
    }

    bool run() {
        const auto start = Clock::now();
        testing::Router router{site_->config(), {}, {}, {load_.handle()}};
        for (const auto& station : stations_) station->set_next(Clock::now() + between(200ms, 2000ms));
        load_.start();
        while (Clock::now() < start + std::chrono::seconds{seconds_}) {
            auto& station = **std::min_element(stations_.begin(), stations_.end(),
                                               [](const auto& a, const auto& b) { return a->next() < b->next(); });
            std::this_thread::sleep_until(station.next());
            toggle(station);
        }
        for (const auto& station : stations_) station->start();
        load_.stop();
        if (!testing::wait_until([&] { return load_.all_read(); }))
            throw std::runtime_error{"the router does not read:\n" + router.output()};
        router.process().send_signal(SIGTERM);
        if (router.process().wait(2min) != 0) throw std::runtime_error{"the router does not end:\n" + router.output()};
        bool good = load_.kernel_drops() == 0;
        for (const auto& station : stations_) good = station->judge(load_.sent()) && good;
        for (const auto& line : router.log()) {
            if (line.msg != "deliveries") continue;
            const auto all = std::to_string(load_.sent().size());
            if (line.value("created") == all && line.value("delivered") == all) continue;
            std::cout << "  not everything was created and delivered: " << line.raw << '\n';
            good = false;
        }
        std::cout << "broker: " << (good ? "ok" : "FAILED") << ", seed " << seed_ << ", "
                  << std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count() << " s"
                  << std::endl;
        return good;
    }

  private:
    std::chrono::milliseconds between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
        return std::chrono::milliseconds{std::uniform_int_distribution{least.count(), most.count()}(random_)};
    }

    void toggle(Station& station) {
        if (!station.is_up())
            station.start();
        else if (std::uniform_int_distribution{0, 1}(random_) == 0)
            station.terminate();
        else
            station.kill(between(0ms, 40ms));
        station.set_next(Clock::now() + (station.is_up() ? between(200ms, 2500ms) : between(0ms, 600ms)));
    }

    const unsigned seconds_;
    const std::uint32_t seed_;
    std::mt19937 random_;
    std::vector<std::unique_ptr<Station>> stations_;
    Load load_;
    std::unique_ptr<testing::Site> site_;
};

}  // namespace
}  // namespace tocsin::soak

int main(int count, char** words) {
    try {
        return tocsin::soak::BrokerSoak{tocsin::soak::Arguments{count, words, 180}}.run() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "broker_soak: " << error.what() << std::endl;
        return 1;
    }
}
