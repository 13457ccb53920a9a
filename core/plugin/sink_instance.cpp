#include "plugin/sink_instance.hpp"

#include "plugin/values.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tocsin::core {
namespace {

std::unique_ptr<Strand> strand_for(const SinkKind& kind, Strand::HandOver hand_over) {
    if (kind.non_blocking()) return std::make_unique<Strand>(std::move(hand_over));
    return std::make_unique<Strand>(Strand::OwnThread{});
}

}  // namespace

SinkInstance::SinkInstance(const SinkKind& kind, std::string name, const std::vector<OptionValue>& options,
                           Strand::HandOver hand_over)
    : Instance{kind.name, std::move(name), strand_for(kind, std::move(hand_over))}, kind_{kind} {
    const AbiValues values{kind.instance_options, options};
    CallError error;
    std::int32_t result = TOCSIN_FAILED;
    strand().run_and_wait(
        [&] { result = kind_.abi->create(&host(), values.data(), values.size(), &instance_, error.abi()); });
    if (result != TOCSIN_OK) throw std::runtime_error{error.text("could not be created")};
}

SinkInstance::~SinkInstance() {
    if (instance_ == nullptr) return;
    strand().run_and_wait([&] {
        for (auto* binding : bindings_) kind_.abi->unbind(instance_, binding);
        kind_.abi->destroy(instance_);
    });
}

void* SinkInstance::bind(const std::vector<OptionValue>& options) {
    const AbiValues values{kind_.handler_options, options};
    CallError error;
    std::int32_t result = TOCSIN_FAILED;
    void* binding = nullptr;
    strand().run_and_wait(
        [&] { result = kind_.abi->bind(instance_, values.data(), values.size(), &binding, error.abi()); });
    if (result != TOCSIN_OK) throw std::runtime_error{error.text("options are refused")};
    bindings_.push_back(binding);
    return binding;
}

void SinkInstance::start(SinkListener& listener) {
    listener_ = &listener;
    if (kind_.abi->start == nullptr) return;
    CallError error;
    std::int32_t result = TOCSIN_FAILED;
    strand().run_and_wait([&] { result = kind_.abi->start(instance_, error.abi()); });
    if (result != TOCSIN_OK) throw std::runtime_error{error.text("could not be started")};
}

void SinkInstance::submit(std::span<const tocsin_delivery* const> deliveries) {
    kind_.abi->submit(instance_, deliveries.data(), deliveries.size());
}

bool SinkInstance::stop(std::chrono::nanoseconds timeout) {
    auto stopped = std::make_shared<std::promise<void>>();
    auto ended = stopped->get_future();
    std::thread{[this, timeout, stopped] {
        strand().run_and_wait([&] { kind_.abi->stop(instance_, timeout.count()); });
        strand().run_and_wait([] {});  // what its last answers set off
        stopped->set_value();
    }}.detach();
    if (ended.wait_for(timeout + std::chrono::seconds{1}) != std::future_status::ready) return false;
    listener_ = nullptr;
    return true;
}

void SinkInstance::on_ack(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) {
    if (outcome > TOCSIN_REJECTED) outcome = TOCSIN_RETRY;
    if (auto* listener = listener_.load()) listener->answered(ticket, outcome, reason);
}

void SinkInstance::on_max_in_flight(std::uint32_t count) {
    if (auto* listener = listener_.load()) listener->may_take(count);
}

}  // namespace tocsin::core
