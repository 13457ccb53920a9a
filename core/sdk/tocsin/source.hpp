#pragma once

#include <tocsin/abi.h>
#include <tocsin/event.hpp>
#include <tocsin/host.hpp>
#include <tocsin/instance.hpp>
#include <tocsin/option.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tocsin {

enum class Emit : std::int32_t {
    accepted = TOCSIN_ACCEPTED,
    full = TOCSIN_FULL,          ///< keep the event and emit it again after resume
    stopping = TOCSIN_STOPPING,  ///< nothing is taken any more
    invalid = TOCSIN_INVALID,    ///< the event breaks a rule; the host has logged which
};

/// The host as a source sees it. Any thread.
class SourceHost : public Host {
  public:
    using Host::Host;

    /// `token` comes back through Source::committed; 0 asks for no such call.
    Emit emit(const EventDraft& draft, std::uint64_t token = 0) const noexcept {
        const tocsin_event event = draft.to_abi();
        return static_cast<Emit>(host_->emit(host_->context, &event, token));
    }

    /// A bound UDP socket for "host:port", "[v6]:port" or "*:port". It belongs to the host: do not close it.
    /// Throws std::runtime_error with the reason.
    std::int64_t listen_udp(std::string_view address) const {
        char text[256];
        tocsin_error error{text, sizeof text, 0};
        const auto handle = host_->listen(host_->context, abi(address), TOCSIN_LISTEN_UDP, &error);
        if (handle < 0) throw std::runtime_error{std::string{text, error.size}};
        return handle;
    }
};

/// Base of a source. Give it
/// - `static constexpr std::string_view name`, the name of its section in the configuration;
/// - optionally `static constexpr std::array instance_options` of Option and `std::string_view help`;
/// - a constructor from (SourceHost) or (SourceHost, Options), which takes nothing in and throws what is wrong.
/// Calls never overlap. Exceptions out of start and the constructor are told to the operator, others are logged.
class Source {
  public:
    virtual ~Source() = default;

    virtual void start() = 0;
    /// Take nothing in until resume.
    virtual void pause() = 0;
    virtual void resume() = 0;
    /// These events need no source any more.
    virtual void committed(std::span<const std::uint64_t> /*tokens*/) {}
    /// Afterwards the host may not be called.
    virtual void stop(std::chrono::nanoseconds timeout) = 0;
};

namespace detail {

template <class T>
struct SourceCalls : InstanceCalls<T, SourceHost> {
    using InstanceCalls<T, SourceHost>::self;

    static void pause(void* instance) {
        guarded(self(instance).host, [&] { self(instance).object->pause(); });
    }
    static void resume(void* instance) {
        guarded(self(instance).host, [&] { self(instance).object->resume(); });
    }
    static void committed(void* instance, const std::uint64_t* tokens, std::uint64_t count) {
        guarded(self(instance).host, [&] { self(instance).object->committed({tokens, count}); });
    }
};

template <class T>
constexpr tocsin_source_kind describe_source() {
    using Calls = SourceCalls<T>;
    auto kind = describe_kind<tocsin_source_kind, T, Calls>();
    kind.pause = Calls::pause;
    kind.resume = Calls::resume;
    kind.committed = Calls::committed;
    return kind;
}

template <class T>
inline constexpr tocsin_source_kind source_kind = describe_source<T>();
template <class T>
inline constexpr const tocsin_source_kind* source_kinds[] = {&source_kind<T>};

template <class T>
constexpr tocsin_plugin_descriptor describe_source_plugin(std::string_view version) {
    auto plugin = describe_plugin(T::name, version);
    plugin.sources = source_kinds<T>;
    plugin.source_count = 1;
    return plugin;
}

}  // namespace detail
}  // namespace tocsin

/// Makes the shared library a plugin of one source. Once per library.
#define TOCSIN_SOURCE(type, version)                                                                                  \
    extern "C" {                                                                                                      \
    TOCSIN_EXPORT extern const tocsin_plugin_descriptor tocsin_plugin;                                                \
    constinit const tocsin_plugin_descriptor tocsin_plugin = ::tocsin::detail::describe_source_plugin<type>(version); \
    }
