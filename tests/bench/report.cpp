#include "report.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace tocsin::bench {
namespace {

const char* word(Report::Verdict verdict) {
    switch (verdict) {
        case Report::Verdict::hit: return "hit";
        case Report::Verdict::miss: return "miss";
        case Report::Verdict::unproven: return "unproven";
        case Report::Verdict::none: break;
    }
    return "";
}

std::string processor() {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

}  // namespace

std::string number(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    std::string result = text.data();
    const auto point = result.find('.');
    auto end = static_cast<int>(point == std::string::npos ? result.size() : point);
    for (int at = end - 3; at > (value < 0 ? 1 : 0); at -= 3) result.insert(static_cast<std::size_t>(at), 1, ',');
    return result;
}

void Report::add(const std::string& what, const std::string& target, const std::string& measured, Verdict verdict) {
    rows_.push_back("| " + what + " | " + target + " | " + measured + " | " + word(verdict) + " |");
    std::fprintf(stderr, "%s\n", rows_.back().c_str());
}

void Report::write(const std::string& file, int rounds, double seconds) const {
    utsname system{};
    ::uname(&system);
    std::ofstream out{file};
    out << "# How fast it is\n\n"
           "Written by `./dev bench`, which measures everything below again, side by side in one go.\n\n"
        << "- Machine: " << ::sysconf(_SC_NPROCESSORS_ONLN) << " cores (" << processor() << "), " << system.sysname
        << " " << std::string_view{system.release}.substr(0, std::string_view{system.release}.find('-')) << "\n"
        << "- Medians of " << rounds << " trials of " << number(seconds)
        << " seconds, trials of what is compared by turns; sender, router and broker share the machine\n"
           "- Datagrams of 305 bytes as Qlik Sense sends them, over loopback, one handler at QoS 1, window 100\n"
           "- *Bare Paho*: `tests/bench/paho_router`, which sends each datagram on as it came and does nothing else\n"
           "- *Ideal broker*: `tests/bench/ideal_broker`, which acknowledges at once and drops\n"
           "- *Sustained*: as fast as messages arrive; the sender has at most 8,000 under way, so nothing need be "
           "lost, and what is lost is named\n"
           "- *Repeat*: the level of the event's id does not change; *change*: it does with each event\n\n"
           "| what | target | median | |\n|---|---|---|---|\n";
    for (const auto& row : rows_) out << row << "\n";
    if (!out.flush()) throw std::runtime_error{"cannot write " + file};
}

}  // namespace tocsin::bench
