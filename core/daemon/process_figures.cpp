#include "daemon/process_figures.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace tocsin::core {
namespace {

double seconds_of(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// The start in /proc/self/stat counts from the machine's own. The wall clock may be set later: look once.
double start_time() {
    static const double time = [] {
        constexpr int field_of_start = 22;
        std::ifstream file{"/proc/self/stat"};
        std::string line;
        std::getline(file, line);
        // The second field is the program's name in brackets and may hold anything.
        const auto bracket = line.rfind(')');
        if (bracket == std::string::npos) return 0.0;
        std::istringstream fields{line.substr(bracket + 1)};
        std::string field;
        for (int i = 2; i < field_of_start; ++i) fields >> field;
        const auto ticks = static_cast<double>(std::stoull(field));
        const auto since_boot = ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
        return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + since_boot;
    }();
    return time;
}

double open_files() {
    auto* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return 0;
    double count = 0;
    while (const auto* entry = ::readdir(folder))
        if (entry->d_name[0] != '.') ++count;
    ::closedir(folder);
    return count - 1;  // without this folder itself
}

}  // namespace

ProcessFigures process_figures() {
    ProcessFigures figures;
    figures.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    figures.start_time = start_time();
    std::ifstream memory{"/proc/self/statm"};
    memory >> figures.virtual_bytes >> figures.resident_bytes;
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    figures.virtual_bytes *= page;
    figures.resident_bytes *= page;
    figures.open_files = open_files();
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) figures.most_open_files = static_cast<double>(files.rlim_cur);
    return figures;
}

}  // namespace tocsin::core
