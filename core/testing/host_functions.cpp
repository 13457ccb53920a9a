#include "event/json.hpp"
#include "testing/host.hpp"

#include <tocsin/string.hpp>

#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <string>

namespace tocsin::core {
namespace {

TestHost& self(void* context) { return *static_cast<TestHost*>(context); }

}  // namespace

tocsin_host TestHost::host_functions() {
    tocsin_host host{};
    host.struct_size = sizeof host;
    host.abi_major = TOCSIN_ABI_MAJOR;
    host.abi_minor = TOCSIN_ABI_MINOR;
    host.context = this;
    host.name = tocsin::abi(name_);
    host.log = [](void* context, std::uint32_t severity, tocsin_string text) noexcept {
        auto& records = self(context).records_;
        if (records.in_time("log")) records.log(severity, view(text));
    };
    host.counter = [](void* context, tocsin_string name, tocsin_string) noexcept {
        auto& records = self(context).records_;
        return records.in_time("counter") ? records.counter(view(name)) : 0;
    };
    host.add = [](void* context, std::uint64_t counter, std::uint64_t amount) noexcept {
        auto& records = self(context).records_;
        if (records.in_time("add")) records.add(counter, amount);
    };
    host.post = [](void* context, void (*run)(void*), void* argument) noexcept {
        auto& host = self(context);
        if (host.records_.in_time("post")) host.calls_.post([=] { run(argument); });
    };
    host.emit = [](void* context, const tocsin_event* event, std::uint64_t token) noexcept {
        return self(context).on_emit(*event, token);
    };
    host.listen = [](void* context, tocsin_string address, std::uint32_t protocol, tocsin_error* error) noexcept {
        try {
            return self(context).on_listen(view(address), protocol);
        } catch (const std::exception& thrown) {
            write(error, thrown.what());
            return std::int64_t{-1};
        }
    };
    host.ack = [](void* context, std::uint64_t ticket, std::uint32_t outcome, tocsin_string reason) noexcept {
        auto& host = self(context);
        if (!host.for_sink("ack")) return;
        host.tickets_.answer(ticket, outcome, view(reason));
        host.hand_over_soon();
    };
    host.set_max_in_flight = [](void* context, std::uint32_t count) noexcept {
        auto& host = self(context);
        if (!host.for_sink("set_max_in_flight")) return;
        host.tickets_.set_max_in_flight(count);
        host.hand_over_soon();
    };
    host.retain = [](void* context, const tocsin_delivery* delivery) noexcept {
        auto& host = self(context);
        if (host.records_.in_time("retain")) host.tickets_.retain(delivery);
    };
    host.release = [](void* context, const tocsin_delivery* delivery) noexcept {
        auto& host = self(context);
        host.records_.in_time("release");
        host.tickets_.release(delivery);
    };
    host.event_json = [](void* context, const tocsin_event* event, void (*write)(void*, tocsin_string),
                         void* argument) noexcept {
        self(context).records_.in_time("event_json");
        std::string json;
        append_alert_data(json, *event);
        write(argument, tocsin::abi(json));
    };
    return host;
}

bool TestHost::for_sink(std::string_view call) {
    if (!records_.in_time(call)) return false;
    if (source_) records_.violate(fmt::format("{}: called by a source", call));
    return !source_;
}

std::int32_t TestHost::on_emit(const tocsin_event& event, std::uint64_t token) {
    if (!records_.in_time("emit")) return TOCSIN_STOPPING;
    if (sink_) records_.violate("emit: called by a sink");
    if (source_ && !started_) records_.violate("emit: called before start");
    if (sink_ || (source_ && !started_)) return TOCSIN_STOPPING;
    return emitted_.take(event, token);
}

std::int64_t TestHost::on_listen(std::string_view address, std::uint32_t protocol) {
    if (!records_.in_time("listen")) throw std::runtime_error{"the instance has stopped"};
    if (sink_) records_.violate("listen: called by a sink");
    if (source_ && !started_) records_.violate("listen: called before start");
    if (protocol != TOCSIN_LISTEN_UDP) throw std::runtime_error{"this protocol cannot be listened on"};
    return loopback_.udp(address);
}

}  // namespace tocsin::core
