// Kills the router with -9 at random moments under load, again and again, and looks what came of every event.
//
// kill_soak [CYCLES] [--seed N]       100 cycles when left out
//
// The datagrams go to a socket that this program holds and hands over, so that the kernel keeps them meanwhile. One
// broker is always up, another one is killed, too, and down half of the time. Now and then the router is stopped with
// SIGTERM instead, and given no time. When all is delivered at the end:
// - nothing that was committed at a kill is missing: a copy of the file is read after each;
// - what is missing was read by a router that was killed, not stopped, and nothing newer was committed. It is little,
//   with files in memory, where they are kept unless TMPDIR says otherwise;
// - what came twice was in the file when a router was killed, or under way to the broker that was;
// - new messages are in order, and the newest of each event id is the last one;
// - changed() was true exactly where the level differs from that of the last event of the id that was kept.

#include "arguments.hpp"
#include "kill_oracle.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
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

constexpr unsigned events_per_second = 2'000;
constexpr std::size_t most_shown = 20;

std::string handler_file(const std::string& id, const std::string& broker, const std::string& match = "") {
    return "id: " + id + "\ntopic: qlik.task\nkind: mqtt\n" + match + "options:\n  broker-name: " + broker +
           "\n  topic: " + id + "/{{ .ID }}/{{ index .Tags \"appName\" }}\n  qos: 1\n";
}

class KillSoak {
  public:
    explicit KillSoak(const Arguments& arguments)
        : cycles_{arguments.count}, seed_{arguments.seed}, random_{seed_}, load_{seed_, events_per_second} {
        site_.handler("steady.yaml", handler_file(steady_handler, "steady"));
        site_.handler("shaky.yaml", handler_file(shaky_handler, "shaky"));
        site_.handler("changes.yaml", handler_file(changes_handler, "steady", "match: changed()\n"));
    }

    /// Whether all is well.
    bool run() {
        const auto start = Clock::now();
        next_toggle_ = start + between(100ms, 1000ms);
        load_.start();
        while (kills_.size() < cycles_ + stops_) live_and_die();
        last_life();
        KillOracle oracle{load_.sent(), kills_};
        const auto arrived = arrivals();
        oracle.judge(arrived);
        auto faults = oracle.faults();
        if (const auto drops = load_.kernel_drops(); drops != 0)
            faults.push_back("the kernel has dropped " + std::to_string(drops) + " datagrams");
        for (const auto& file : std::filesystem::directory_iterator{folder()})
            if (file.path().string().find(".damaged-") != std::string::npos)
                faults.push_back("the router found its file damaged: " + file.path().filename().string());
        for (std::size_t i = 0; i < std::min(faults.size(), most_shown); ++i) std::cout << "  " << faults[i] << '\n';
        if (faults.size() > most_shown) std::cout << "  and " << faults.size() - most_shown << " more\n";
        std::cout << "kill: " << (faults.empty() ? "ok" : "FAILED") << ", " << cycles_ << " kills, " << stops_
                  << " stops, seed " << seed_ << ", " << load_.sent().size() << " events, " << arrived.size()
                  << " messages, lost " << oracle.lost_committed() << " of what was committed, " << oracle.lost()
                  << " (allowed) of what was not, at most " << oracle.most_lost_at_once() << " at one kill, doubled "
                  << oracle.doubled() << " (allowed, " << oracle.doubled_after_confirmation()
                  << " of them confirmed, with at most " << oracle.most_behind_confirmed() << " messages after), "
                  << std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count() << " s"
                  << std::endl;
        return faults.empty();
    }

  private:
    std::chrono::milliseconds between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
        return std::chrono::milliseconds{std::uniform_int_distribution{least.count(), most.count()}(random_)};
    }

    std::filesystem::path folder() const { return site_.path() / "state"; }

    /// A new client identifier in each life tells which one has sent a message.
    void write_config(const char* drain_timeout) const {
        const auto client = "client-id = \"life-" + std::to_string(kills_.size()) + "\"";
        const std::string text =
            "[tocsin]\nhandlers-dir = \"handlers\"\ndrain-timeout = \"" + std::string{drain_timeout} + "\"\n" +
            testing::mqtt_section("steady", steady_->url(), "default = true\n" + client) +
            testing::mqtt_section("shaky", shaky_.url(), client) + testing::task_log_section(load_.port());
        std::ofstream{site_.config()} << text;
    }

    void live_and_die() {
        write_config("50ms");
        testing::Process router{
            {testing::tocsin_exe(), "--log-format", "json", "run", "--config", site_.config().string()},
            {},
            {load_.handle()}};
        // One of four dies at the start, or while it sends what the last one has left.
        const bool dies_early = std::uniform_int_distribution{0, 3}(random_) == 0;
        const auto end = Clock::now() + (dies_early ? between(0ms, 150ms) : between(150ms, 1500ms));
        while (Clock::now() < end) {
            std::this_thread::sleep_until(std::min(end, next_toggle_));
            if (Clock::now() >= next_toggle_) toggle();
        }
        if (!router.running()) throw std::runtime_error{"the router has ended:\n" + router.out() + router.err()};
        const bool soft = !dies_early && std::uniform_int_distribution{0, 5}(random_) == 0;
        if (soft) {
            testing::wait_until([&] { return router.err().find("\"ready\"") != std::string::npos; });
            router.send_signal(SIGTERM);
            if (router.wait() != 0)
                throw std::runtime_error{"the router does not stop:\n" + router.out() + router.err()};
            ++stops_;
        } else {
            router.kill();
        }
        kills_.push_back({load_.first_unread(), read_spool(folder()), soft});
    }

    void toggle() {
        if (is_up_)
            shaky_.kill();
        else
            shaky_.start();
        is_up_ = !is_up_;
        // Now and then long enough for more to be pending than may stand in memory.
        const bool lasts = std::uniform_int_distribution{0, 4}(random_) == 0;
        next_toggle_ = Clock::now() + (lasts ? between(3s, 6s) : between(100ms, 1500ms));
    }

    void last_life() {
        if (!is_up_) toggle();
        write_config("60s");
        testing::Router router{site_.config(), {}, {}, {load_.handle()}};
        load_.stop();
        const auto last = '/' + std::to_string(load_.sent().size() - 1) + "'";
        const auto has_all = [&] { return load_.all_read() && steady_->log().find(last) != std::string::npos; };
        if (!testing::wait_until(has_all, 2min))
            throw std::runtime_error{"the last event does not arrive:\n" + router.output()};
        router.process().send_signal(SIGTERM);
        if (router.process().wait(2min) != 0) throw std::runtime_error{"the router does not end:\n" + router.output()};
        for (const auto& line : router.log())
            if (line.msg == "deliveries" && line.value("pending") != "0")
                throw std::runtime_error{"not everything was delivered: " + line.raw};
    }

    std::vector<Arrival> arrivals() const {
        auto all = read_broker_log(steady_->log());
        const auto others = read_broker_log(shaky_.log());
        all.insert(all.end(), others.begin(), others.end());
        return all;
    }

    const unsigned cycles_;
    const std::uint32_t seed_;
    std::mt19937 random_;
    std::unique_ptr<testing::Mosquitto> steady_ = testing::Mosquitto::started();
    testing::Mosquitto shaky_;
    bool is_up_ = false;
    Clock::time_point next_toggle_;
    const testing::Site site_{""};
    Load load_;
    std::vector<Kill> kills_;
    unsigned stops_ = 0;
};

}  // namespace
}  // namespace tocsin::soak

int main(int count, char** words) {
    try {
        // A disk that others keep busy takes seconds for a commit at times, and what is read meanwhile is lost at a
        // kill.
        if (std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
        return tocsin::soak::KillSoak{tocsin::soak::Arguments{count, words, 100}}.run() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "kill_soak: " << error.what() << std::endl;
        return 1;
    }
}
