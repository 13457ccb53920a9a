#pragma once

#include <tocsin/abi.h>
#include <tocsin/string.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin {

enum class Level : std::uint32_t {
    ok = TOCSIN_LEVEL_OK,
    info = TOCSIN_LEVEL_INFO,
    warning = TOCSIN_LEVEL_WARNING,
    critical = TOCSIN_LEVEL_CRITICAL,
};

/// "OK", "INFO", "WARNING" or "CRITICAL".
constexpr std::string_view name_of(Level level) noexcept {
    switch (level) {
        case Level::ok: return "OK";
        case Level::info: return "INFO";
        case Level::warning: return "WARNING";
        case Level::critical: return "CRITICAL";
    }
    return "";
}

/// The level of that name, written as name_of gives it.
constexpr std::optional<Level> level_named(std::string_view name) noexcept {
    for (const auto level : {Level::ok, Level::info, Level::warning, Level::critical})
        if (name_of(level) == name) return level;
    return std::nullopt;
}

/// An event as a source describes it to `emit`, which copies it: what the views point at need only live that long.
struct EventDraft {
    std::string_view topic;
    std::string_view id;
    Level level = Level::ok;
    std::string_view message;
    std::string_view details;
    std::string_view name;
    std::string_view task_name;
    std::string_view group;
    std::chrono::sys_time<std::chrono::nanoseconds> time;

    void tag(std::string_view key, std::string_view value) { tags_.push_back({abi(key), abi(value)}); }

    void field(std::string_view key, std::string_view value) { add(key, TOCSIN_FIELD_STRING).text = abi(value); }
    void field(std::string_view key, const char* value) { field(key, std::string_view{value}); }
    void field(std::string_view key, std::int64_t value) { add(key, TOCSIN_FIELD_INTEGER).integer = value; }
    void field(std::string_view key, double value) { add(key, TOCSIN_FIELD_FLOAT).number = value; }
    void field(std::string_view key, bool value) { add(key, TOCSIN_FIELD_BOOLEAN).boolean = value ? 1 : 0; }
    /// `json`: compact JSON.
    void json_field(std::string_view key, std::string_view json) { add(key, TOCSIN_FIELD_JSON).text = abi(json); }

    /// Points into this draft; valid until it changes.
    tocsin_event to_abi() const noexcept {
        tocsin_event event{};
        event.struct_size = sizeof event;
        event.level = static_cast<std::uint32_t>(level);
        event.topic = abi(topic);
        event.id = abi(id);
        event.message = abi(message);
        event.details = abi(details);
        event.name = abi(name);
        event.task_name = abi(task_name);
        event.group = abi(group);
        event.time = time.time_since_epoch().count();
        event.tags = tags_.data();
        event.tag_count = tags_.size();
        event.fields = fields_.data();
        event.field_count = fields_.size();
        return event;
    }

  private:
    tocsin_field& add(std::string_view key, std::uint32_t type) {
        tocsin_field field{};
        field.key = abi(key);
        field.type = type;
        return fields_.emplace_back(field);
    }

    std::vector<tocsin_tag> tags_;
    std::vector<tocsin_field> fields_;
};

}  // namespace tocsin
