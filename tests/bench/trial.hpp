#pragma once

#include "stations.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tocsin::bench {

/// What the sender does; see send_datagrams.
struct Load {
    double rate = 0;  ///< a second; 0 for as much as gets through
    bool changes = false;
};

struct Measured {
    Arrived arrived;
    double sent = 0;
    double cpu = 0;       ///< seconds of the router for each 100,000 messages
    double resident = 0;  ///< MiB of the router at the end
    double peak = 0;
    double start = 0;  ///< seconds until it was ready

    double loss() const { return sent > 0 ? 1 - arrived.distinct / sent : 1; }
};

/// One router, one load, from start to stop.
Measured trial(const Places& places, FarEnd::Kind far_end, const MakeRouter& router, const Load& load);

/// Lines of text through mosquitto_pub -l at QoS 1 to the ideal broker.
Measured mosquitto_pub_trial(const Places& places);

/// Messages of 10,000 that arrived although mosquitto was killed for five seconds; see speed.cpp. `restart`: the router
/// is killed too, and started again with its socket handed over.
Measured outage_trial(const Places& places, bool restart);

constexpr unsigned backlog_count = 1'000'000;

/// Leaves a spool in `state` that holds so many deliveries as nobody took.
void fill_spool(const Places& places, const std::filesystem::path& state);

/// A router that starts with a copy of that spool and an ideal broker.
Measured drain_trial(const Places& places, const std::filesystem::path& state);

using Trial = std::function<Measured()>;

/// Runs the trials by turns (A B A B A B) and returns what each measured.
std::vector<std::vector<Measured>> by_turns(const std::vector<Trial>& trials, int rounds);

double median(const std::vector<Measured>& all, const std::function<double(const Measured&)>& of);

}  // namespace tocsin::bench
