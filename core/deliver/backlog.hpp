#pragma once

#include "deliver/handler.hpp"
#include "spool/spool.hpp"

#include <mutex>
#include <vector>

namespace tocsin::core {

/// Handlers that have more pending than may stand in memory: reads the rest from the spool when there is room, and puts
/// a handler's new deliveries into memory again once it has come to the end. On the spool's thread, but for `add`.
class Backlog {
  public:
    /// `mutex`: the router's lock.
    Backlog(Spool& spool, std::mutex& mutex) : spool_{spool}, mutex_{mutex} {}

    /// The handler's deliveries from `sequence` on are in the spool alone. Under the router's lock.
    void add(Handler& handler, std::uint64_t sequence);
    /// It is of no concern any more. Under the router's lock.
    void remove(const Handler& handler);

    /// Gives handlers, by turns, some of what they have room for, and asks the spool to be called again when that was
    /// not all: commits wait meanwhile.
    void feed();

  private:
    enum class Read { some, all, failed };
    Read feed_from_file(Handler& handler);
    void feed_from_memory(Handler& handler);

    Spool& spool_;
    std::mutex& mutex_;
    std::vector<Handler*> handlers_;
};

}  // namespace tocsin::core
