#pragma once

#include <tocsin/abi.h>
#include <tocsin/event.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// Bytes that an event may have, its strings, tags and fields together.
inline constexpr std::uint64_t max_event_size = 16 * 1024 * 1024;

/// What the router adds to an event that came in.
struct Stamp {
    std::uint64_t sequence = 0;
    Level previous_level = Level::ok;
    std::int64_t duration = 0;  ///< nanoseconds since the id left OK
};

/// One observation of an alert: immutable, shared, all in one block of its own. Thread-safe.
class Event {
  public:
    /// Why the event breaks a rule of `tocsin_event`, or nothing when it is sound: struct_size below that of 1.0,
    /// unknown level or field type, empty id or topic, doubled or empty key, a size without data, more than
    /// max_event_size, a JSON field that is not is_compact_json (event/json_check.hpp), a boolean other than 0 and 1,
    /// or id, topic or a key that is not UTF-8. All other strings may hold any bytes. The text names the fault, never a
    /// value.
    static std::optional<std::string_view> fault(const tocsin_event& event);

    /// A copy of a sound event (no `fault`), without what is marked (host) in it. Tags and fields are sorted by key, by
    /// byte values. A field keeps only the value its type says.
    Event(const tocsin_event& from, const Stamp& stamp);
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    const tocsin_event& abi() const noexcept { return event_; }

    std::string_view topic() const noexcept { return view(event_.topic); }
    std::string_view id() const noexcept { return view(event_.id); }
    std::string_view message() const noexcept { return view(event_.message); }
    std::string_view details() const noexcept { return view(event_.details); }
    std::string_view name() const noexcept { return view(event_.name); }
    std::string_view task_name() const noexcept { return view(event_.task_name); }
    std::string_view group() const noexcept { return view(event_.group); }
    Level level() const noexcept { return static_cast<Level>(event_.level); }
    Level previous_level() const noexcept { return static_cast<Level>(event_.previous_level); }
    bool changed() const noexcept { return event_.level != event_.previous_level; }
    std::int64_t time() const noexcept { return event_.time; }
    std::int64_t duration() const noexcept { return event_.duration; }
    std::uint64_t sequence() const noexcept { return event_.sequence; }

    /// Bytes of its strings, tags and fields.
    std::size_t size() const noexcept { return size_; }

    /// Sorted by key.
    std::span<const tocsin_tag> tags() const noexcept { return tags_; }
    std::span<const tocsin_field> fields() const noexcept { return fields_; }

    std::optional<std::string_view> tag(std::string_view key) const noexcept;
    /// nullptr when there is no such field.
    const tocsin_field* field(std::string_view key) const noexcept;

  private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> block_;  ///< tags, fields, then all texts
    std::span<tocsin_tag> tags_;
    std::span<tocsin_field> fields_;
    tocsin_event event_;
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace tocsin::core
