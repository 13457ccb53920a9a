#pragma once

#include "log_time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace task_log {

/// A time zone of the system's IANA database. Cheap to copy; any thread.
class TimeZone {
  public:
    /// The zone of that name. Throws std::runtime_error when there is none.
    static TimeZone named(std::string_view name);

    /// The machine's: `TZ` when it names a zone, otherwise the system's, otherwise UTC. Never throws for want of one.
    static TimeZone of_machine();

    /// The moment `time` means. A time that comes twice when clocks are put back is the first one; a time that is
    /// skipped when they are put forward is moved forward by as much. An offset in the text wins over the zone.
    std::chrono::sys_time<std::chrono::nanoseconds> moment(const LogTime& time) const;

    std::string name() const;

  private:
    explicit TimeZone(const date::time_zone* zone) noexcept : zone_{zone} {}
    const date::time_zone* zone_;
};

}  // namespace task_log
