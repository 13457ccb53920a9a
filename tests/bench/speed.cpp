// Measures Tocsin beside bare Paho and writes docs/performance.md; ./dev bench calls it.
//
// speed --tocsin FILE --report FILE [--programs DIR] [--bundled DIR] [--router-lines TEXT] [--rounds N] [--seconds N]
//       [--only CASE]
//
// --bundled: a build folder with -Dpaho=bundled. --router-lines: more lines of tocsin.toml, @DIR@ stands for the
// trial's folder. Cases: sustained, changes, mosquitto, cpu, latency, handlers, backlog,
// outage, restart, bundled.

#include "arguments.hpp"
#include "report.hpp"
#include "trial.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin::bench;

namespace {

double rate(const Measured& one) { return one.arrived.rate; }
double cpu(const Measured& one) { return one.cpu; }
double loss(const Measured& one) { return one.loss(); }

class Speed {
  public:
    Speed(Places places, int rounds) : places_{std::move(places)}, rounds_{rounds} {}

    void sustained() {
        const auto all = by_turns({ideal(tocsin_router(places_), {}), ideal(bare_paho(places_), {}),
                                   [this] { return mosquitto_pub_trial(places_); }},
                                  rounds_);
        compare_rates("sustained to the ideal broker, repeats", "bare Paho", all[0], all[1], 0.9);
        report_.add("the same of `mosquitto_pub -l`", "", per_second(all[2]), Report::Verdict::none);
        report_.add("CPU seconds per 100,000 messages at that rate", "",
                    number(median(all[0], cpu), 2) + "; bare Paho " + number(median(all[1], cpu), 2) +
                        "; mosquitto_pub " + number(median(all[2], cpu), 2),
                    Report::Verdict::none);
    }

    void changes() {
        const auto all = by_turns({ideal(tocsin_router(places_), {0, true})}, rounds_);
        report_.add("sustained to the ideal broker, changes", "", per_second(all[0]), Report::Verdict::none);
    }

    void mosquitto() {
        const auto through = FarEnd::Kind::mosquitto;
        const auto all = by_turns({[&] { return trial(places_, through, tocsin_router(places_), {}); },
                                   [&] { return trial(places_, through, bare_paho(places_), {}); }},
                                  rounds_);
        const auto reached = median(all[0], rate);
        report_.add("sustained through mosquitto, repeats", "38,000 a second",
                    per_second(all[0]) + "; bare Paho " + number(median(all[1], rate)),
                    verdict(reached >= 38'000 && median(all[0], loss) <= 0.001));
    }

    void cpu_at_10000() {
        const auto all =
            by_turns({ideal(tocsin_router(places_), {10'000}), ideal(bare_paho(places_), {10'000})}, rounds_);
        const double own = median(all[0], cpu);
        const double bare = median(all[1], cpu);
        report_.add("CPU seconds per 100,000 messages at 10,000 a second", "at most 1.3 of bare Paho",
                    number(own, 2) + " of " + number(bare, 2) + ": " + number(own / bare, 2),
                    verdict(own <= 1.3 * bare));
        const double resident = median(all[0], [](const auto& one) { return one.resident; });
        report_.add("resident memory after it, MiB", "at most 20", number(resident, 1), verdict(resident <= 20));
    }

    void latency() {
        const auto all = by_turns({ideal(tocsin_router(places_), {1'000}), ideal(bare_paho(places_), {1'000}),
                                   ideal(tocsin_router(places_), {1'000, true})},
                                  rounds_);
        const auto p50 = [](const Measured& one) { return one.arrived.p50; };
        const auto p99 = [](const Measured& one) { return one.arrived.p99; };
        compare_latency("p50", 80, median(all[0], p50), median(all[1], p50));
        compare_latency("p99", 250, median(all[0], p99), median(all[1], p99));
        report_.add("latency at 1,000 a second, changes, µs", "",
                    "p50 " + number(median(all[2], p50)) + ", p99 " + number(median(all[2], p99)),
                    Report::Verdict::none);
    }

    void handlers() {
        const TocsinSite few{9};
        const TocsinSite many{9'999};
        TocsinSite matches;
        matches.matches = 1'000;
        const auto all =
            by_turns({ideal(tocsin_router(places_, few), {5'000}), ideal(tocsin_router(places_, many), {5'000}),
                      ideal(tocsin_router(places_, matches), {500})},
                     rounds_);
        const double with_few = median(all[0], cpu);
        const double with_many = median(all[1], cpu);
        report_.add(
            "CPU seconds per 100,000 messages with 10,000 handlers on 10,000 alert topics, events on one of them",
            "at most 1.2 of 10 handlers",
            number(with_many, 2) + " of " + number(with_few, 2) + ": " + number(with_many / with_few, 2),
            verdict(with_many <= 1.2 * with_few));
        const double event = median(all[2], cpu) * 10;
        report_.add("1,000 matches on one alert topic, µs of CPU an event", "under 1,000", number(event),
                    verdict(event < 1000 && median(all[2], loss) <= 0.001));
        const double start = median(all[1], [](const auto& one) { return one.start; });
        report_.add("start with 10,000 handler files, seconds until ready", "under 2", number(start, 2),
                    verdict(start < 2));
    }

    void backlog() {
        const Folder folder;
        fill_spool(places_, folder / "filled");
        const auto all = by_turns(
            {[&] { return drain_trial(places_, folder / "filled"); }, ideal(tocsin_router(places_), {})}, rounds_);
        const auto start = median(all[0], [](const auto& one) { return one.start; });
        report_.add("start with a million deliveries pending, seconds until ready", "under 2", number(start, 2),
                    verdict(start < 2));
        compare_rates("sending those", "live", all[0], all[1], 0.8);
        const auto peak = median(all[0], [](const auto& one) { return one.peak; });
        report_.add("memory meanwhile at most, MiB", "under 100", number(peak, 1), verdict(peak < 100));
    }

    void outage() {
        const auto arrived = [](const Measured& one) { return one.arrived.distinct; };
        const auto peak = [](const Measured& one) { return one.peak; };
        const auto broker = by_turns({[this] { return outage_trial(places_, false); }}, rounds_);
        const double first = median(broker[0], arrived);
        report_.add("10,000 at 2,000 a second, mosquitto killed at 2.5 s and back at 7.5 s", "10,000 arrive",
                    number(first) + " (at most " + number(median(broker[0], peak)) + " MiB)", verdict(first >= 10'000));
    }

    void restart() {
        const auto both = by_turns({[this] { return outage_trial(places_, true); }}, rounds_);
        const double second = median(both[0], [](const auto& one) { return one.arrived.distinct; });
        report_.add("that, and the router killed with -9 at 4 s and started again, its socket handed over",
                    "9,990 arrive", number(second), verdict(second >= 9'990));
    }

    void bundled(const std::filesystem::path& folder) {
        const std::string what = "sustained to the ideal broker with Paho built for speed (`-Dpaho=bundled`)";
        if (folder.empty())
            return report_.add(what, "100,000 a second", "its source is not at hand", Report::Verdict::unproven);
        auto fast = places_;
        fast.tocsin = folder / "tocsin";
        fast.programs = folder / "tests" / "bench";
        const auto all = by_turns({[&] { return trial(fast, FarEnd::Kind::ideal, tocsin_router(fast), {}); },
                                   [&] { return trial(fast, FarEnd::Kind::ideal, bare_paho(fast), {}); }},
                                  rounds_);
        report_.add(what, "100,000 a second", per_second(all[0]) + "; bare Paho " + number(median(all[1], rate)),
                    verdict(median(all[0], rate) >= 100'000 && median(all[0], loss) <= 0.001));
    }

    /// Runs a case; what fails is a row too.
    void attempt(const std::string& name, const std::function<void()>& measure) {
        try {
            measure();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "speed: %s: %s\n", name.c_str(), error.what());
            report_.add(name, "", "could not be measured", Report::Verdict::unproven);
            failed_ = true;
        }
    }

    const Report& report() const noexcept { return report_; }
    bool failed() const noexcept { return failed_; }

  private:
    Trial ideal(MakeRouter router, Load load) const {
        return [this, router = std::move(router), load] { return trial(places_, FarEnd::Kind::ideal, router, load); };
    }

    static std::string per_second(const std::vector<Measured>& all) {
        return number(median(all, rate)) + " a second (loss " + number(100 * median(all, loss), 2) + " %)";
    }

    void compare_rates(const std::string& what, const std::string& with, const std::vector<Measured>& own,
                       const std::vector<Measured>& other, double part) {
        const double ratio = median(own, rate) / median(other, rate);
        report_.add(what, "at least " + number(part, 1) + " of " + with + ", loss at most 0.1 %",
                    per_second(own) + " of " + number(median(other, rate)) + ": " + number(ratio, 3),
                    verdict(ratio >= part && median(own, loss) <= 0.001));
    }

    void compare_latency(const std::string& which, double target, double own, double bare) {
        report_.add("latency at 1,000 a second, repeats, " + which + ", µs",
                    "at most " + number(target) + " or 1.3 of bare Paho",
                    number(own) + " of " + number(bare) + ": " + number(own / bare, 2),
                    verdict(own <= target || own <= 1.3 * bare));
    }

    Places places_;
    int rounds_;
    Report report_;
    bool failed_ = false;
};

int run(const Arguments& arguments) {
    // Where Debian has mosquitto.
    const char* path = std::getenv("PATH");
    ::setenv("PATH", (std::string{path == nullptr ? "" : path} + ":/usr/sbin").c_str(), 1);
    const int rounds = static_cast<int>(arguments.number("rounds", 3));
    Places places;
    places.tocsin = std::filesystem::absolute(arguments.text("tocsin"));
    places.programs = std::filesystem::absolute(
        arguments.text("programs", std::filesystem::read_symlink("/proc/self/exe").parent_path().string()));
    places.router_lines = arguments.text("router-lines", "");
    places.seconds = arguments.number("seconds", 5);
    Speed speed{places, rounds};
    const std::vector<std::pair<std::string, std::function<void()>>> cases{
        {"sustained", [&] { speed.sustained(); }}, {"changes", [&] { speed.changes(); }},
        {"mosquitto", [&] { speed.mosquitto(); }}, {"cpu", [&] { speed.cpu_at_10000(); }},
        {"latency", [&] { speed.latency(); }},     {"handlers", [&] { speed.handlers(); }},
        {"backlog", [&] { speed.backlog(); }},     {"outage", [&] { speed.outage(); }},
        {"restart", [&] { speed.restart(); }},     {"bundled", [&] { speed.bundled(arguments.text("bundled", "")); }},
    };
    bool any = false;
    for (const auto& [name, measure] : cases) {
        if (arguments.has("only") && arguments.text("only") != name) continue;
        speed.attempt(name, measure);
        any = true;
    }
    if (!any) throw std::runtime_error{"--only names no case: " + arguments.text("only")};
    speed.report().write(arguments.text("report"), rounds, places.seconds);
    return speed.failed() ? 1 : 0;
}

}  // namespace

int main(int count, char** values) {
    try {
        return run(Arguments{count, values});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "speed: %s\n", error.what());
        return 1;
    }
}
