#include "testing/host.hpp"

#include "plugin/values.hpp"

#include <tocsin/string.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::int64_t start_of_2026 = 1'767'225'600'000'000'000;
constexpr auto grace = std::chrono::seconds{1};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error{what}; }

void must_be_sound(const tocsin_event& event) {
    if (const auto fault = Event::fault(event)) fail(fmt::format("the event breaks a rule: {}", *fault));
}

}  // namespace

TestHost::TestHost(std::string_view name) : name_{name}, host_{host_functions()}, now_{start_of_2026} {}

TestHost::~TestHost() {
    try {
        if (started_ && !records_.ended()) stop(std::chrono::nanoseconds{grace}.count());
        destroy();
        for (const auto& violation : records_.unseen_violations())
            std::cerr << fmt::format("tocsin testing: {}: violation: {}\n", name_, violation);
    } catch (...) {
        std::fputs("tocsin testing: the host could not be ended\n", stderr);
    }
}

template <class Kind>
void TestHost::create_instance(const Kind& kind, std::string_view section, const std::filesystem::path& directory) {
    if (has_instance_) fail("this host has an instance already");
    const auto options = check_section(section, kind.name, kind.instance_options, directory);
    keep_secrets(options, kind.instance_options);
    if (name_.empty()) name_ = options.name;
    host_.name = tocsin::abi(name_);
    const AbiValues values{kind.instance_options, options.values};
    const auto said = fails(
        [&](auto* error) {
            const auto result = kind.abi->create(&host_, values.data(), values.size(), &instance_, error);
            if (result != TOCSIN_OK) calls_.drop_posted();
            return result;
        },
        "could not be created");
    if (said) throw told_by_plugin(*said, options, kind.instance_options, kind.name);
    has_instance_ = true;
}

void TestHost::create(const tocsin_sink_kind& kind, std::string_view section, const std::filesystem::path& directory) {
    sink_ = read_kind(&kind);
    tickets_.set_max_in_flight(kind.max_in_flight);
    create_instance(*sink_, section, directory);
}

void TestHost::create(const tocsin_source_kind& kind, std::string_view section,
                      const std::filesystem::path& directory) {
    source_ = read_kind(&kind);
    create_instance(*source_, section, directory);
}

std::uint64_t TestHost::bind(std::string_view text, const std::filesystem::path& directory) {
    const auto& kind = sink("bind");
    if (started_) fail("bind comes before start");
    const auto& specs = sink_->handler_options;
    const auto options = check_handler_options(text, specs, directory);
    keep_secrets(options, specs);
    auto templates = templates_of(options, specs);
    const AbiValues values{specs, options.values};
    void* binding = nullptr;
    const auto said =
        fails([&](auto* error) { return kind.bind(instance_, values.data(), values.size(), &binding, error); },
              "options are refused");
    if (said) throw told_by_plugin(*said, options, specs, "options");
    handlers_.push_back({binding, std::move(templates)});
    return handlers_.size() - 1;
}

void TestHost::start() {
    if (!has_instance_) fail("there is no instance to start");
    if (started_) fail("the instance was started before");
    started_ = true;
    const auto said = fails(
        [&](auto* error) -> std::int32_t {
            if (source_) return source_->abi->start(instance_, error);
            return sink_->abi->start == nullptr ? TOCSIN_OK : sink_->abi->start(instance_, error);
        },
        "could not be started");
    if (!said) return;
    started_ = false;
    fail(*said);
}

void TestHost::check(std::int64_t timeout) {
    const auto& kind = sink("check");
    if (kind.check == nullptr) fail("this sink has no check");
    if (started_) fail("check comes before start");
    if (const auto said =
            fails([&](auto* error) { return kind.check(instance_, timeout, error); }, "cannot be reached"))
        fail(*said);
}

void TestHost::stop(std::int64_t timeout) {
    if (!has_instance_) fail("there is no instance to stop");
    calls_.run([&] {
        if (records_.ended()) return;
        calls_.run_posted();
        const auto begin = std::chrono::steady_clock::now();
        source_ ? source_->abi->stop(instance_, timeout) : sink_->abi->stop(instance_, timeout);
        records_.end();
        calls_.drop_posted();
        if (std::chrono::steady_clock::now() - begin > std::chrono::nanoseconds{timeout} + grace)
            records_.violate("stop: it took longer than its timeout and a second");
        tickets_.end();
    });
}

void TestHost::destroy() {
    calls_.run([&] {
        if (!has_instance_) return;
        has_instance_ = false;
        if (sink_)
            for (const auto& handler : handlers_) sink_->abi->unbind(instance_, handler.binding);
        source_ ? source_->abi->destroy(instance_) : sink_->abi->destroy(instance_);
        records_.end();
        calls_.drop_posted();
    });
}

Tickets::Attempt TestHost::attempt(std::uint64_t number, const tocsin_event& event) {
    auto timed = event;
    if (timed.time == 0) timed.time = now_;
    return {number, handler(number).binding, emitted_.stamped(timed), {}, 1};
}

void TestHost::submit(std::uint64_t number, std::span<const tocsin_event> events, std::uint64_t* tickets) {
    must_take_deliveries();
    const auto& templates = handler(number).templates;
    for (const auto& event : events) must_be_sound(event);
    for (const auto& event : events) {
        auto made = attempt(number, event);
        std::string fault;
        for (const auto& one : templates) {
            if (one && fault.empty())
                if (auto error = one->render(*made.event, made.values.text)) fault = std::move(*error);
            made.values.add(static_cast<bool>(one));
        }
        if (fault.empty())
            *tickets = tickets_.add(std::move(made));
        else
            *tickets = tickets_.add_rejected(std::move(made), fault);
        ++tickets;
    }
    hand_over();
}

std::uint64_t TestHost::submit_values(std::uint64_t number, const tocsin_event& event,
                                      std::span<const tocsin_string> values) {
    const auto& kind = sink("submit");
    must_take_deliveries();
    must_be_sound(event);
    auto made = attempt(number, event);
    if (values.size() != handler(number).templates.size())
        fail(fmt::format("the sink has {} template options, not {}", handler(number).templates.size(), values.size()));
    for (const auto value : values) {
        made.values.text += view(value);
        made.values.add(value.data != nullptr);
    }
    return calls_.run([&] {
        const auto ticket = tickets_.add(std::move(made));
        const auto* delivery = tickets_.take(ticket, now_);
        kind.submit(instance_, &delivery, 1);
        tickets_.submitted({delivery});
        return ticket;
    });
}

std::uint64_t TestHost::submit_again(std::uint64_t ended) {
    must_take_deliveries();
    auto again = tickets_.ended_attempt(ended);
    if (!again) fail(fmt::format("ticket {} has not ended", ended));
    ++again->number;
    const auto ticket = tickets_.add(std::move(*again));
    hand_over();
    return ticket;
}

void TestHost::hand_over() {
    calls_.run([&] {
        if (!has_instance_ || records_.ended()) return;
        for (auto deliveries = tickets_.take(now_); !deliveries.empty(); deliveries = tickets_.take(now_)) {
            sink_->abi->submit(instance_, deliveries.data(), deliveries.size());
            tickets_.submitted(deliveries);
        }
    });
}

void TestHost::hand_over_soon() {
    if (tickets_.can_take()) calls_.post([this] { hand_over(); });
}

void TestHost::pause() {
    const auto& kind = source("pause");
    calls_.run([&] { kind.pause(instance_); });
}

void TestHost::resume() {
    const auto& kind = source("resume");
    calls_.run([&] { kind.resume(instance_); });
}

void TestHost::committed(std::span<const std::uint64_t> tokens) {
    const auto& kind = source("committed");
    if (kind.committed != nullptr) calls_.run([&] { kind.committed(instance_, tokens.data(), tokens.size()); });
}

void TestHost::advance(std::int64_t nanoseconds) {
    now_ += nanoseconds;
    tickets_.give_up(now_);
}

std::optional<std::string> TestHost::fails(const AbiCall& call, std::string_view otherwise) {
    char text[4096];
    tocsin_error error{text, sizeof text, 0};
    const auto result = calls_.run([&] { return call(&error); });
    if (result == TOCSIN_OK) return std::nullopt;
    if (error.size > sizeof text) records_.violate("error: its size is beyond its capacity");
    const std::string_view said{text, std::min<std::size_t>(error.size, sizeof text)};
    records_.check_for_secrets("an error", said);
    return std::string{said.empty() ? otherwise : said};
}

void TestHost::keep_secrets(const CheckedOptions& options, const std::vector<OptionSpec>& specs) {
    for (std::size_t i = 0; i < specs.size(); ++i)
        if (specs[i].secret) records_.add_secret(specs[i].name, options.values[i].text);
}

const tocsin_sink_kind& TestHost::sink(std::string_view call) const {
    if (!sink_ || !has_instance_) fail(fmt::format("{}: there is no instance of a sink", call));
    return *sink_->abi;
}

const tocsin_source_kind& TestHost::source(std::string_view call) const {
    if (!source_ || !has_instance_) fail(fmt::format("{}: there is no instance of a source", call));
    return *source_->abi;
}

void TestHost::must_take_deliveries() const {
    sink("submit");
    if (!started_) fail("submit comes after start");
    if (records_.ended()) fail("submit comes before stop");
}

const TestHost::BoundHandler& TestHost::handler(std::uint64_t number) const {
    if (number >= handlers_.size()) fail(fmt::format("there is no handler {}", number));
    return handlers_[number];
}

}  // namespace tocsin::core
