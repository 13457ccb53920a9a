#pragma once

#include "base/log.hpp"
#include "daemon/setup.hpp"

#include <chrono>
#include <cstddef>
#include <future>
#include <vector>

namespace tocsin::core {

/// What an instance gets to stop, and a second more.
inline constexpr std::chrono::seconds stop_timeout{1};

inline SourceInstance& instance_of(const PlacedSource& source) { return *source.instance; }
inline SinkRunner& instance_of(const SinkInstances::Made& sink) { return *sink.runner; }

/// Has each item stop by `call`, all at once, so that one that hangs costs the time of one. Returns what the calls
/// return, which is logged when it is false.
template <class Items, class Call>
std::vector<bool> side_by_side(Items& items, Call call) {
    std::vector<std::future<bool>> calls;
    for (auto& item : items) calls.push_back(std::async(std::launch::async, [&item, call] { return call(item); }));
    std::vector<bool> results;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        results.push_back(calls[i].get());
        if (!results.back())
            log::warning("did not stop in time",
                         {{"kind", instance_of(items[i]).kind()}, {"name", instance_of(items[i]).name()}});
    }
    return results;
}

}  // namespace tocsin::core
