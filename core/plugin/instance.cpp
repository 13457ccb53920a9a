#include "plugin/instance.hpp"

#include "base/log.hpp"
#include "event/json.hpp"
#include "plugin/delivery.hpp"

#include <tocsin/string.hpp>

#include <algorithm>
#include <exception>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tocsin::core {
namespace {

Instance& self(void* context) { return *static_cast<Instance*>(context); }

}  // namespace

Instance::Instance(std::string kind, std::string name, std::unique_ptr<Strand> strand)
    : kind_{std::move(kind)}, name_{std::move(name)}, host_{host_for(this)}, strand_{std::move(strand)} {}

tocsin_host Instance::host_for(Instance* instance) {
    tocsin_host host{};
    host.struct_size = sizeof host;
    host.abi_major = TOCSIN_ABI_MAJOR;
    host.abi_minor = TOCSIN_ABI_MINOR;
    host.context = instance;
    host.name = abi(instance->name_);
    host.log = [](void* context, std::uint32_t severity, tocsin_string text) noexcept {
        self(context).log(severity, view(text));
    };
    host.counter = [](void* context, tocsin_string name, tocsin_string help) noexcept {
        return self(context).counter(view(name), view(help));
    };
    host.add = [](void*, std::uint64_t counter, std::uint64_t amount) noexcept {
        reinterpret_cast<NamedCounter*>(counter)->count.add(amount);
    };
    host.post = [](void* context, void (*run)(void*), void* argument) noexcept {
        self(context).post([=] { run(argument); });
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
        self(context).on_ack(ticket, outcome, view(reason));
    };
    host.set_max_in_flight = [](void* context, std::uint32_t count) noexcept { self(context).on_max_in_flight(count); };
    host.retain = [](void*, const tocsin_delivery* delivery) noexcept { HostedDelivery::from(delivery).retain(); };
    host.release = [](void*, const tocsin_delivery* delivery) noexcept { HostedDelivery::from(delivery).release(); };
    host.event_json = [](void*, const tocsin_event* event, void (*write)(void*, tocsin_string),
                         void* argument) noexcept {
        std::string json;
        append_alert_data(json, *event);
        write(argument, abi(json));
    };
    return host;
}

void Instance::log(std::uint32_t severity, std::string_view text) const {
    const auto level = static_cast<log::Severity>(std::min(severity, TOCSIN_LOG_ERROR));
    log::write(level, text, {{"kind", kind_}, {"name", name_}});
}

std::uint64_t Instance::counter(std::string_view name, std::string_view help) {
    const std::scoped_lock lock{counters_mutex_};
    for (auto& known : counters_)
        if (known.name == name) return reinterpret_cast<std::uint64_t>(&known);
    auto& made = counters_.emplace_back();
    made.name = name;
    made.help = help;
    return reinterpret_cast<std::uint64_t>(&made);
}

std::vector<Instance::CounterValue> Instance::counters() const {
    const std::scoped_lock lock{counters_mutex_};
    std::vector<CounterValue> all;
    for (const auto& counter : counters_) all.push_back({counter.name, counter.help, counter.count.value()});
    return all;
}

std::uint64_t Instance::count_of(std::string_view name) const {
    const std::scoped_lock lock{counters_mutex_};
    for (const auto& counter : counters_)
        if (counter.name == name) return counter.count.value();
    return 0;
}

std::int32_t Instance::on_emit(const tocsin_event&, std::uint64_t) { return TOCSIN_STOPPING; }
std::int64_t Instance::on_listen(std::string_view, std::uint32_t) { return -1; }
void Instance::on_ack(std::uint64_t, std::uint32_t, std::string_view) {}
void Instance::on_max_in_flight(std::uint32_t) {}
void Instance::on_came_back() {}

void Instance::on_strand(const std::function<void()>& call) {
    std::exception_ptr failure;
    strand().run_and_wait([&] {
        try {
            call();
        } catch (...) {
            failure = std::current_exception();
        }
    });
    if (failure) std::rethrow_exception(failure);
}

void Instance::must(const Fallible& call, std::string_view otherwise) {
    char text[4096]{};
    tocsin_error error{text, sizeof text, 0};
    std::int32_t result = TOCSIN_FAILED;
    if (const auto thrown = thrown_by([&] { result = call(&error); })) throw std::runtime_error{*thrown};
    if (result == TOCSIN_OK) return;
    const std::string_view said{text, std::min<std::size_t>(error.size, sizeof text)};
    throw std::runtime_error{std::string{said.empty() ? otherwise : said}};
}

Instance::Called Instance::after_call(std::string_view what, const std::optional<std::string>& thrown) {
    if (!watch_.leave()) {
        log::warning("a call that was given up has returned", {{"kind", kind_}, {"name", name_}, {"call", what}});
        on_came_back();
        return Called::condemned;
    }
    if (!thrown) return Called::done;
    log_failure(what, *thrown);
    return Called::threw;
}

void Instance::log_failure(std::string_view what, std::string_view reason) const {
    log::error("plugin failed", {{"kind", kind_}, {"name", name_}, {"call", what}, {"reason", reason}});
}

void Instance::post(std::function<void()> call) {
    strand().post([this, call = std::move(call)] {
        if (!stopped_) watched("post", call);
    });
}

bool Instance::stop_within(std::function<void()> stop, std::chrono::nanoseconds timeout) {
    return done_within(
        [this, stop = std::move(stop)] {
            stop();
            stopped_ = true;
        },
        timeout);
}

bool Instance::done_within(std::function<void()> call, std::chrono::nanoseconds timeout) {
    auto done = std::make_shared<std::promise<void>>();
    const auto ended = done->get_future();
    std::thread{[this, call = std::move(call), done] {
        strand().run_and_wait(call);
        strand().run_and_wait([] {});
        done->set_value();
    }}.detach();
    return ended.wait_for(timeout) == std::future_status::ready;
}

}  // namespace tocsin::core
