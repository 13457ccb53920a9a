#pragma once

#include <tocsin/source.hpp>
#include <tocsin/testing/host.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tocsin::testing {

/// Compact JSON in a field.
struct Json {
    std::string text;
    bool operator==(const Json&) const = default;
};

using FieldValue = std::variant<std::string, std::int64_t, double, bool, Json>;

/// An event as a value: what a source emitted, with what the router adds. Tags and fields are sorted by key.
struct Event {
    std::string topic;
    std::string id;
    Level level = Level::ok;
    std::string message;
    std::string details;
    std::string name;
    std::string task_name;
    std::string group;
    std::chrono::sys_time<std::chrono::nanoseconds> time;
    std::vector<std::pair<std::string, std::string>> tags;
    std::vector<std::pair<std::string, FieldValue>> fields;
    Level previous_level = Level::ok;
    std::chrono::nanoseconds duration{};
    std::uint64_t sequence = 0;
    std::uint64_t token = 0;  ///< what came with it

    Event() = default;
    explicit Event(const tocsin_event& from, std::uint64_t token_ = 0)
        : topic{view(from.topic)},
          id{view(from.id)},
          level{static_cast<Level>(from.level)},
          message{view(from.message)},
          details{view(from.details)},
          name{view(from.name)},
          task_name{view(from.task_name)},
          group{view(from.group)},
          time{std::chrono::nanoseconds{from.time}},
          previous_level{static_cast<Level>(from.previous_level)},
          duration{from.duration},
          sequence{from.sequence},
          token{token_} {
        for (std::uint64_t i = 0; i < from.tag_count; ++i)
            tags.emplace_back(view(from.tags[i].key), view(from.tags[i].value));
        for (std::uint64_t i = 0; i < from.field_count; ++i)
            fields.emplace_back(view(from.fields[i].key), value_of(from.fields[i]));
    }

    /// Nothing when the event has no such tag.
    std::optional<std::string> tag(std::string_view key) const {
        for (const auto& [known, value] : tags)
            if (known == key) return value;
        return std::nullopt;
    }
    std::optional<FieldValue> field(std::string_view key) const {
        for (const auto& [known, value] : fields)
            if (known == key) return value;
        return std::nullopt;
    }

  private:
    static FieldValue value_of(const tocsin_field& field) {
        switch (field.type) {
            case TOCSIN_FIELD_INTEGER: return field.integer;
            case TOCSIN_FIELD_FLOAT: return field.number;
            case TOCSIN_FIELD_BOOLEAN: return field.boolean != 0;
            case TOCSIN_FIELD_JSON: return Json{std::string{view(field.text)}};
            default: return std::string{view(field.text)};
        }
    }
};

/// Where a source listens: on loopback, whatever address it asked for.
struct Listener {
    std::string asked;
    std::uint16_t port;
    bool is_v6;           ///< of ::1, otherwise of 127.0.0.1
    std::int64_t handle;  ///< the socket, which belongs to the host
};

/// A recording host that takes events. By itself it is the host for tests of parts of a source
/// (`tocsin::SourceHost{host.abi()}`).
class RecordingSourceHost : public RecordingHost {
  public:
    using RecordingHost::RecordingHost;

    /// What emit answers from now on; accepted at first. An event that breaks a rule is answered with invalid whatever
    /// is said here.
    void answer_emit(Emit answer) {
        tocsin_testing_answer_emit(get(), static_cast<std::int32_t>(answer), std::numeric_limits<std::uint64_t>::max());
    }
    /// Accepts so many events from now on, then says full.
    void room_for(std::size_t events) { tocsin_testing_answer_emit(get(), TOCSIN_ACCEPTED, events); }

    /// Calls `call` inside each emit before it answers, on the thread of the source. An empty function ends that.
    void on_emit(std::function<void()> call) {
        const auto kept = call ? std::make_shared<std::function<void()>>(std::move(call)) : nullptr;
        tocsin_testing_on_emit(
            get(), kept ? +[](void* argument) { (*static_cast<std::function<void()>*>(argument))(); } : nullptr,
            kept.get());
        calls_.push_back(kept);
    }

    /// Accepted events, in the order they came, stamped as the router does.
    std::vector<Event> events() const {
        std::vector<Event> events;
        const tocsin_event* event = nullptr;
        for (std::uint64_t token = 0; tocsin_testing_read_event(get(), events.size(), &event, &token) != 0;)
            events.emplace_back(*event, token);
        return events;
    }
    std::size_t accepted() const { return numbers().accepted; }
    /// How often emit was called, whatever the answer.
    std::size_t emits() const { return numbers().emits; }

    /// The sockets the source has asked for, in that order.
    std::vector<Listener> listeners() const {
        std::vector<Listener> listeners;
        for (tocsin_testing_listener one; tocsin_testing_read_listener(get(), listeners.size(), &one) != 0;)
            listeners.push_back({std::string{view(one.asked)}, one.port, one.is_v6 != 0, one.handle});
        return listeners;
    }

    /// Sends a datagram to one of the listeners. Throws Mistake when the system refuses it or there is none.
    void send(std::string_view datagram, std::size_t listener = 0) {
        must([&](auto* error) { return tocsin_testing_send(get(), listener, tocsin::abi(datagram), error); });
    }

  private:
    std::vector<std::shared_ptr<std::function<void()>>> calls_;  ///< an emit under way may still be in one
};

/// A source within its host: create, start, pause and resume ..., stop, destroy.
class HostedSource : public HostedInstance<RecordingSourceHost> {
  public:
    /// Checks the section as the router does and creates the instance. `section`: the source's section as a user writes
    /// it, in TOML, with or without its `[[kind]]` line. `kind` must outlive this. Throws Mistake with what the router
    /// would tell.
    explicit HostedSource(const tocsin_source_kind& kind, std::string_view section = {}, const Setup& setup = {})
        : HostedInstance{setup.name} {
        const auto directory = setup.directory.string();
        must([&](auto* error) {
            return tocsin_testing_create_source(get(), &kind, tocsin::abi(section), tocsin::abi(directory), error);
        });
    }

    HostedSource(const tocsin_source_kind&&, std::string_view = {}, const Setup& = {}) = delete;

    void pause() {
        must([&](auto* error) { return tocsin_testing_pause(get(), error); });
    }
    void resume() {
        must([&](auto* error) { return tocsin_testing_resume(get(), error); });
    }
    /// Tells the source that it may forget the events of these tokens.
    void committed(std::span<const std::uint64_t> tokens) {
        must([&](auto* error) { return tocsin_testing_committed(get(), tokens.data(), tokens.size(), error); });
    }
};

/// A source written with <tocsin/source.hpp>.
template <class T>
class SourceUnderTest : public HostedSource {
  public:
    explicit SourceUnderTest(std::string_view section = {}, const Setup& setup = {})
        : HostedSource{tocsin::detail::source_kind<T>, section, setup} {}
};

}  // namespace tocsin::testing
