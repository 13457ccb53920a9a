#include "time_zone.hpp"

#include <date/tz.h>

#include <cstdlib>
#include <stdexcept>

namespace task_log {
namespace {

// Reads the zone's data as well, so that nothing of it can fail later.
const date::time_zone* loaded(const date::time_zone* zone) {
    zone->get_info(date::sys_seconds{});
    return zone;
}

const date::time_zone* find(std::string_view name) noexcept {
    try {
        return loaded(date::locate_zone(name));
    } catch (const std::exception&) {
        return nullptr;
    }
}

const date::time_zone* of_system() noexcept {
    try {
        return loaded(date::current_zone());
    } catch (const std::exception&) {
        return nullptr;
    }
}

}  // namespace

TimeZone TimeZone::named(std::string_view name) {
    if (const auto* zone = find(name)) return TimeZone{zone};
    throw std::runtime_error{"time-zone: \"" + std::string{name} +
                             "\" is no zone of this machine's time zone database; expected a name such as "
                             "\"Europe/Stockholm\" or \"UTC\""};
}

TimeZone TimeZone::of_machine() {
    if (const char* variable = std::getenv("TZ"); variable != nullptr && *variable != '\0') {
        std::string_view name{variable};
        if (name.front() == ':') name.remove_prefix(1);
        if (const auto* zone = find(name)) return TimeZone{zone};
    }
    if (const auto* zone = of_system()) return TimeZone{zone};
    for (const auto* name : {"UTC", "Etc/UTC"})
        if (const auto* zone = find(name)) return TimeZone{zone};
    return TimeZone{nullptr};
}

std::chrono::sys_time<std::chrono::nanoseconds> TimeZone::moment(const LogTime& time) const {
    const auto local = time.local.time_since_epoch();
    std::chrono::seconds offset{};
    if (time.offset) {
        offset = *time.offset;
    } else if (zone_ != nullptr) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(local);
        offset = zone_->get_info(date::local_seconds{seconds}).first.offset;
    }
    return std::chrono::sys_time<std::chrono::nanoseconds>{local - offset};
}

std::string TimeZone::name() const { return zone_ == nullptr ? "UTC" : zone_->name(); }

}  // namespace task_log
