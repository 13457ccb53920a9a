#pragma once

#include <tocsin/abi.h>
#include <tocsin/event.hpp>
#include <tocsin/host.hpp>
#include <tocsin/instance.hpp>
#include <tocsin/option.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tocsin {

/// What a sink keeps for one handler; derive from it to keep more than the options.
struct Binding {
    virtual ~Binding() = default;
    Options options;
};

/// One event on its way through one handler. Answer it exactly once: delivered, retry or rejected. One that is
/// destroyed without an answer asks for a retry. May be moved to, read and answered on any thread.
class Delivery {
  public:
    Delivery(const tocsin_host* host, const tocsin_delivery* delivery) noexcept : host_{host}, delivery_{delivery} {
        host_->retain(host_->context, delivery_);
    }
    Delivery(Delivery&& other) noexcept : host_{other.host_}, delivery_{std::exchange(other.delivery_, nullptr)} {}
    Delivery& operator=(Delivery&& other) noexcept {
        if (this != &other) {
            if (delivery_ != nullptr) retry("destroyed without an answer");
            host_ = other.host_;
            delivery_ = std::exchange(other.delivery_, nullptr);
        }
        return *this;
    }
    ~Delivery() {
        if (delivery_ != nullptr) retry("destroyed without an answer");
    }

    /// Each answer ends this object: nothing of it may be read afterwards, and a reason must not point into it.
    void delivered() noexcept { answer(TOCSIN_DELIVERED, {}); }
    /// To be tried again later. `reason`: one line, no payload, no secret.
    void retry(std::string_view reason) noexcept { answer(TOCSIN_RETRY, reason); }
    /// Never to be tried again: becomes a dead letter.
    void rejected(std::string_view reason) noexcept { answer(TOCSIN_REJECTED, reason); }

    std::string_view topic() const noexcept { return view(event().topic); }
    std::string_view id() const noexcept { return view(event().id); }
    std::string_view message() const noexcept { return view(event().message); }
    std::string_view details() const noexcept { return view(event().details); }
    std::string_view name() const noexcept { return view(event().name); }
    std::string_view task_name() const noexcept { return view(event().task_name); }
    std::string_view group() const noexcept { return view(event().group); }
    Level level() const noexcept { return static_cast<Level>(event().level); }
    Level previous_level() const noexcept { return static_cast<Level>(event().previous_level); }
    std::chrono::sys_time<std::chrono::nanoseconds> time() const noexcept {
        return std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{event().time}};
    }
    /// Time since the event id left OK.
    std::chrono::nanoseconds duration() const noexcept { return std::chrono::nanoseconds{event().duration}; }
    std::span<const tocsin_tag> tags() const noexcept { return {event().tags, event().tag_count}; }
    std::span<const tocsin_field> fields() const noexcept { return {event().fields, event().field_count}; }

    /// Nothing when the event has no such tag.
    std::optional<std::string_view> tag(std::string_view key) const noexcept {
        for (const auto& tag : tags())
            if (view(tag.key) == key) return view(tag.value);
        return std::nullopt;
    }

    /// The event as Kapacitor's AlertData: one line of JSON, without line end.
    std::string json() const {
        std::string text;
        host_->event_json(
            host_->context, delivery_->event,
            [](void* out, tocsin_string json) { static_cast<std::string*>(out)->assign(view(json)); }, &text);
        return text;
    }

    /// A handler option: rendered if it is a template or a table of templates, otherwise as text. Throws
    /// std::logic_error for an option the kind never declared.
    std::string_view option(std::string_view name) const {
        const auto& options = binding<Binding>().options;
        std::size_t rendered_before = 0;
        for (const auto& option : options.declared()) {
            const bool is_template = comes_rendered(static_cast<OptionType>(option.type));
            if (view(option.name) == name)
                return is_template ? view(delivery_->values[rendered_before]) : options.text(name);
            if (is_template) ++rendered_before;
        }
        throw std::logic_error{"option not declared: " + std::string{name}};
    }

    /// Whether a handler option was given or has a default.
    bool has_option(std::string_view name) const {
        const auto& options = binding<Binding>().options;
        std::size_t rendered_before = 0;
        for (const auto& option : options.declared()) {
            const bool is_template = comes_rendered(static_cast<OptionType>(option.type));
            if (view(option.name) == name)
                return is_template ? delivery_->values[rendered_before].data != nullptr : options.has(name);
            if (is_template) ++rendered_before;
        }
        throw std::logic_error{"option not declared: " + std::string{name}};
    }

    /// What the sink's bind returned for this handler.
    template <std::derived_from<Binding> T>
    const T& binding() const noexcept {
        return *static_cast<const T*>(static_cast<const Binding*>(delivery_->binding));
    }

    /// 1 at first.
    std::uint32_t attempt() const noexcept { return delivery_->attempt; }
    std::uint64_t ticket() const noexcept { return delivery_->ticket; }
    const tocsin_event& event() const noexcept { return *delivery_->event; }

  private:
    void answer(std::uint32_t outcome, std::string_view reason) noexcept {
        const auto* delivery = std::exchange(delivery_, nullptr);
        if (delivery == nullptr) return;
        const auto ticket = delivery->ticket;
        host_->release(host_->context, delivery);
        host_->ack(host_->context, ticket, outcome, abi(reason));
    }

    const tocsin_host* host_;
    const tocsin_delivery* delivery_;
};

/// The host as a sink sees it.
class SinkHost : public Host {
  public:
    using Host::Host;

    /// How many deliveries may be open from now on; 0 while none can be taken. Any thread.
    void set_max_in_flight(std::uint32_t count) const noexcept { host_->set_max_in_flight(host_->context, count); }
};

/// Base of a sink. Give it
/// - `static constexpr std::string_view name`, the handler files' `kind`;
/// - optionally `static constexpr std::array handler_options` and `instance_options` of Option, `std::string_view
///   help`, `bool non_blocking` and `std::uint32_t max_in_flight` (default 100);
/// - a constructor from (SinkHost) or (SinkHost, Options), which connects to nothing and throws what is wrong.
/// Calls never overlap. Exceptions are logged; a delivery lost to one is tried again.
class Sink {
  public:
    virtual ~Sink() = default;

    /// Checks one handler's options beyond their schema; throws what is wrong. Never returns nullptr.
    virtual std::unique_ptr<Binding> bind(const Options&) { return std::make_unique<Binding>(); }
    /// May connect from now on.
    virtual void start() {}
    /// Send in the order of the calls.
    virtual void send(Delivery delivery) = 0;
    /// Ends what is open; afterwards no delivery may be alive and the host may not be called.
    virtual void stop(std::chrono::nanoseconds /*timeout*/) {}
    /// Throws why the other end cannot be reached. Called between construction and start, in place of it; a sink that
    /// does not override this is one that cannot be checked.
    virtual void check(std::chrono::nanoseconds /*timeout*/) {}
};

namespace detail {

template <class T>
constexpr std::span<const Option> handler_options() {
    if constexpr (requires { T::handler_options; })
        return T::handler_options;
    else
        return {};
}

/// Whether a class between Sink and T declares a check of its own.
template <class T>
constexpr bool overrides_check() {
    if constexpr (requires { &T::check; })
        return !std::is_same_v<decltype(&T::check), decltype(&Sink::check)>;
    else
        return true;
}

template <class T>
struct SinkCalls : InstanceCalls<T, SinkHost> {
    using InstanceCalls<T, SinkHost>::self;

    static std::int32_t bind(void* instance, const tocsin_value* options, std::uint64_t count, void** binding,
                             tocsin_error* error) {
        return guarded(error, [&] {
            Options values{handler_options<T>(), options, count};
            std::unique_ptr<Binding> bound = self(instance).object->bind(values);
            if (!bound) throw std::logic_error{"the plugin's bind has returned nothing"};
            bound->options = std::move(values);
            *binding = bound.release();
        });
    }
    static void unbind(void*, void* binding) { delete static_cast<Binding*>(binding); }
    static void submit(void* instance, const tocsin_delivery* const* deliveries, std::uint64_t count) {
        const auto& calls = self(instance);
        for (std::uint64_t i = 0; i < count; ++i)
            guarded(calls.host, [&] { calls.object->send(Delivery{calls.host, deliveries[i]}); });
    }
    static std::int32_t check(void* instance, std::int64_t timeout, tocsin_error* error) {
        return guarded(error, [&] { self(instance).object->check(std::chrono::nanoseconds{timeout}); });
    }
};

template <class T>
constexpr tocsin_sink_kind describe_sink() {
    using Calls = SinkCalls<T>;
    auto kind = describe_kind<tocsin_sink_kind, T, Calls>();
    if constexpr (requires { T::non_blocking; }) kind.flags = T::non_blocking ? TOCSIN_SINK_NON_BLOCKING : 0;
    kind.handler_options = handler_options<T>().data();
    kind.handler_option_count = handler_options<T>().size();
    kind.max_in_flight = 100;
    if constexpr (requires { T::max_in_flight; }) kind.max_in_flight = T::max_in_flight;
    kind.bind = Calls::bind;
    kind.unbind = Calls::unbind;
    kind.submit = Calls::submit;
    if constexpr (overrides_check<T>()) kind.check = Calls::check;
    return kind;
}

template <class T>
inline constexpr tocsin_sink_kind sink_kind = describe_sink<T>();
template <class T>
inline constexpr const tocsin_sink_kind* sink_kinds[] = {&sink_kind<T>};

template <class T>
constexpr tocsin_plugin_descriptor describe_sink_plugin(std::string_view version) {
    auto plugin = describe_plugin(T::name, version);
    plugin.sinks = sink_kinds<T>;
    plugin.sink_count = 1;
    return plugin;
}

}  // namespace detail
}  // namespace tocsin

/// Makes the shared library a plugin of one sink. Once per library.
#define TOCSIN_SINK(type, version)                                                                                  \
    extern "C" {                                                                                                    \
    TOCSIN_EXPORT extern const tocsin_plugin_descriptor tocsin_plugin;                                              \
    constinit const tocsin_plugin_descriptor tocsin_plugin = ::tocsin::detail::describe_sink_plugin<type>(version); \
    }
