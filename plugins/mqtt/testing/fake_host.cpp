#include "fake_host.hpp"

#include <tocsin/option.hpp>
#include <tocsin/string.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace testing {
namespace {

class CallError {
  public:
    tocsin_error* abi() {
        error_ = {text_, sizeof text_, 0};
        return &error_;
    }
    std::string text() const { return {text_, error_.size}; }

  private:
    char text_[1024];
    tocsin_error error_{};
};

std::span<const tocsin::Option> options(const tocsin_option* first, std::uint64_t count) {
    return {static_cast<const tocsin::Option*>(first), count};
}

}  // namespace

struct FakeHost::Held {
    std::string topic;
    std::string payload;
    std::string user_properties;
    tocsin_event event{};
    tocsin_string values[3];
    tocsin_delivery delivery{};
    int holders = 1;
};

FakeHost::FakeHost(const tocsin_sink_kind& kind, const Texts& texts, std::string name)
    : kind_{kind}, name_{std::move(name)}, max_in_flight_{kind.max_in_flight} {
    abi_.struct_size = sizeof abi_;
    abi_.abi_major = TOCSIN_ABI_MAJOR;
    abi_.abi_minor = TOCSIN_ABI_MINOR;
    abi_.context = this;
    abi_.name = tocsin::abi(name_);
    abi_.log = [](void* self, std::uint32_t, tocsin_string text) {
        auto& host = *static_cast<FakeHost*>(self);
        const std::lock_guard lock{host.mutex_};
        host.check_call("log");
        host.log_.emplace_back(tocsin::view(text));
    };
    abi_.ack = [](void* self, std::uint64_t ticket, std::uint32_t outcome, tocsin_string reason) {
        auto& host = *static_cast<FakeHost*>(self);
        const std::lock_guard lock{host.mutex_};
        host.check_call("ack");
        for (const auto& answer : host.answers_)
            if (answer.ticket == ticket) host.violations_.push_back("second answer");
        host.answers_.push_back({ticket, outcome, std::string{tocsin::view(reason)}});
    };
    abi_.set_max_in_flight = [](void* self, std::uint32_t count) {
        auto& host = *static_cast<FakeHost*>(self);
        const std::lock_guard lock{host.mutex_};
        host.check_call("set_max_in_flight");
        host.max_in_flight_ = count;
    };
    abi_.retain = [](void* self, const tocsin_delivery* delivery) {
        auto& host = *static_cast<FakeHost*>(self);
        const std::lock_guard lock{host.mutex_};
        for (auto& held : host.held_)
            if (&held->delivery == delivery) ++held->holders;
    };
    abi_.release = [](void* self, const tocsin_delivery* delivery) {
        auto& host = *static_cast<FakeHost*>(self);
        const std::lock_guard lock{host.mutex_};
        host.check_call("release");
        std::erase_if(host.held_, [&](auto& held) { return &held->delivery == delivery && --held->holders == 0; });
    };
    const Values values{options(kind.instance_options, kind.instance_option_count), texts};
    CallError error;
    if (kind.create(&abi_, values.data(), values.size(), &instance_, error.abi()) != TOCSIN_OK)
        throw std::runtime_error{error.text()};
}

FakeHost::~FakeHost() {
    if (!stopped_) stop();
    for (auto* binding : bindings_) kind_.unbind(instance_, binding);
    kind_.destroy(instance_);
}

void FakeHost::check_call(const char* what) {
    if (stopped_) violations_.push_back(std::string{what} + " after stop");
}

void* FakeHost::bind(const Texts& texts) {
    const std::lock_guard lock{calls_};
    const Values values{options(kind_.handler_options, kind_.handler_option_count), texts};
    CallError error;
    void* binding = nullptr;
    if (kind_.bind(instance_, values.data(), values.size(), &binding, error.abi()) != TOCSIN_OK)
        throw std::runtime_error{error.text()};
    bindings_.push_back(binding);
    return binding;
}

void FakeHost::start() {
    const std::lock_guard lock{calls_};
    CallError error;
    if (kind_.start(instance_, error.abi()) != TOCSIN_OK) throw std::runtime_error{error.text()};
}

void FakeHost::check(std::chrono::milliseconds timeout) {
    const std::lock_guard lock{calls_};
    CallError error;
    if (kind_.check(instance_, std::chrono::nanoseconds{timeout}.count(), error.abi()) != TOCSIN_OK)
        throw std::runtime_error{error.text()};
}

void FakeHost::stop(std::chrono::milliseconds timeout) {
    const std::lock_guard calls{calls_};
    kind_.stop(instance_, std::chrono::nanoseconds{timeout}.count());
    const std::lock_guard lock{mutex_};
    stopped_ = true;
}

std::uint64_t FakeHost::submit(void* binding, const std::string& topic, const std::string& payload,
                               const std::string& user_properties, std::uint64_t sequence, std::uint32_t attempt) {
    const std::lock_guard calls{calls_};
    auto held = std::make_unique<Held>();
    held->topic = topic;
    held->payload = payload;
    held->event.struct_size = sizeof(tocsin_event);
    held->values[0] = tocsin::abi(held->topic);
    held->values[1] = tocsin::abi(held->payload);
    held->user_properties = user_properties;
    held->values[2] = user_properties.empty() ? tocsin_string{} : tocsin::abi(held->user_properties);
    auto& delivery = held->delivery;
    delivery.struct_size = sizeof delivery;
    delivery.attempt = attempt;
    delivery.binding = binding;
    delivery.event = &held->event;
    delivery.values = held->values;
    delivery.value_count = 3;
    const auto* submitted = &delivery;
    {
        const std::lock_guard lock{mutex_};
        delivery.ticket = ++last_ticket_;
        held->event.sequence = sequence != 0 ? sequence : 1'000'000 + delivery.ticket;
        held_.push_back(std::move(held));
    }
    const auto ticket = submitted->ticket;
    kind_.submit(instance_, &submitted, 1);
    abi_.release(this, submitted);
    return ticket;
}

std::vector<Answer> FakeHost::answers() const {
    const std::lock_guard lock{mutex_};
    return answers_;
}

std::size_t FakeHost::count(std::uint32_t outcome) const {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(
        std::count_if(answers_.begin(), answers_.end(), [&](auto& answer) { return answer.outcome == outcome; }));
}

std::vector<std::string> FakeHost::log() const {
    const std::lock_guard lock{mutex_};
    return log_;
}

bool FakeHost::logged(const std::string& part) const {
    const std::lock_guard lock{mutex_};
    return std::any_of(log_.begin(), log_.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

std::uint32_t FakeHost::max_in_flight() const {
    const std::lock_guard lock{mutex_};
    return max_in_flight_;
}

std::size_t FakeHost::held() const {
    const std::lock_guard lock{mutex_};
    return held_.size();
}

std::vector<std::string> FakeHost::violations() const {
    const std::lock_guard lock{mutex_};
    return violations_;
}

}  // namespace testing
