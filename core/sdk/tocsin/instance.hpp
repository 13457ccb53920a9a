#pragma once

#include <tocsin/abi.h>
#include <tocsin/host.hpp>
#include <tocsin/option.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

/// What sinks and sources share on their way from C++ classes to the ABI.
namespace tocsin::detail {

template <class T>
constexpr std::span<const Option> instance_options() {
    if constexpr (requires { T::instance_options; })
        return T::instance_options;
    else
        return {};
}

template <class T>
constexpr std::string_view help() {
    if constexpr (requires { T::help; })
        return T::help;
    else
        return "";
}

/// An object of the plugin's class behind the ABI's `void* instance`.
template <class T, class HostType>
struct InstanceCalls {
    const tocsin_host* host;
    std::unique_ptr<T> object;

    static std::int32_t create(const tocsin_host* host, const tocsin_value* options, std::uint64_t count,
                               void** instance, tocsin_error* error) {
        return guarded(error, [&] { *instance = new InstanceCalls{host, make(HostType{host}, options, count)}; });
    }
    static std::int32_t start(void* instance, tocsin_error* error) {
        return guarded(error, [&] { self(instance).object->start(); });
    }
    static void stop(void* instance, std::int64_t timeout) {
        guarded(self(instance).host, [&] { self(instance).object->stop(std::chrono::nanoseconds{timeout}); });
    }
    static void destroy(void* instance) { delete &self(instance); }

    static InstanceCalls& self(void* instance) { return *static_cast<InstanceCalls*>(instance); }

  private:
    static std::unique_ptr<T> make(HostType host, const tocsin_value* options, std::uint64_t count) {
        if constexpr (std::constructible_from<T, HostType, Options>)
            return std::make_unique<T>(host, Options{instance_options<T>(), options, count});
        else
            return std::make_unique<T>(host);
    }
};

template <class Kind, class T, class Calls>
constexpr Kind describe_kind() {
    Kind kind{};
    kind.struct_size = sizeof kind;
    kind.name = abi(T::name);
    kind.help = abi(help<T>());
    kind.instance_options = instance_options<T>().data();
    kind.instance_option_count = instance_options<T>().size();
    kind.create = Calls::create;
    kind.start = Calls::start;
    kind.stop = Calls::stop;
    kind.destroy = Calls::destroy;
    return kind;
}

constexpr tocsin_plugin_descriptor describe_plugin(std::string_view name, std::string_view version) {
    tocsin_plugin_descriptor plugin{};
    plugin.struct_size = sizeof plugin;
    plugin.abi_major = TOCSIN_ABI_MAJOR;
    plugin.abi_minor = TOCSIN_ABI_MINOR;
    plugin.name = abi(name);
    plugin.version = abi(version);
    return plugin;
}

}  // namespace tocsin::detail
