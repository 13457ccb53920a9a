#include "plugin/source_instance.hpp"

#include "plugin/values.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tocsin::core {

SourceInstance::SourceInstance(const SourceKind& kind, std::string name, const std::vector<OptionValue>& options,
                               Listeners& listeners, Strand::HandOver hand_over)
    : Instance{kind.name, std::move(name), std::make_unique<Strand>(std::move(hand_over))},
      kind_{kind},
      listeners_{listeners} {
    const AbiValues values{kind.instance_options, options};
    CallError error;
    std::int32_t result = TOCSIN_FAILED;
    strand().run_and_wait(
        [&] { result = kind_.abi->create(&host(), values.data(), values.size(), &instance_, error.abi()); });
    if (result != TOCSIN_OK) throw std::runtime_error{error.text("could not be created")};
}

SourceInstance::~SourceInstance() {
    if (instance_ != nullptr) strand().run_and_wait([&] { kind_.abi->destroy(instance_); });
}

void SourceInstance::start(Intake& intake) {
    intake_ = &intake;
    CallError error;
    std::int32_t result = TOCSIN_FAILED;
    strand().run_and_wait([&] { result = kind_.abi->start(instance_, error.abi()); });
    if (result != TOCSIN_OK) throw std::runtime_error{error.text("could not be started")};
}

void SourceInstance::pause() {
    strand().run_and_wait([&] { kind_.abi->pause(instance_); });
}

void SourceInstance::resume() {
    strand().post([this] { kind_.abi->resume(instance_); });
}

void SourceInstance::committed(std::uint64_t token) {
    if (kind_.abi->committed != nullptr) strand().post([=, this] { kind_.abi->committed(instance_, &token, 1); });
}

bool SourceInstance::stop(std::chrono::nanoseconds timeout) {
    auto stopped = std::make_shared<std::promise<void>>();
    auto ended = stopped->get_future();
    std::thread{[this, timeout, stopped] {
        strand().run_and_wait([&] { kind_.abi->stop(instance_, timeout.count()); });
        stopped->set_value();
    }}.detach();
    if (ended.wait_for(timeout + std::chrono::seconds{1}) != std::future_status::ready) return false;
    intake_ = nullptr;
    return true;
}

std::int32_t SourceInstance::on_emit(const tocsin_event& event, std::uint64_t token) {
    auto* intake = intake_.load();
    return intake == nullptr ? TOCSIN_STOPPING : intake->take(*this, event, token);
}

std::int64_t SourceInstance::on_listen(std::string_view address, std::uint32_t protocol) {
    if (protocol != TOCSIN_LISTEN_UDP) throw std::runtime_error{"this protocol cannot be listened on"};
    return listeners_.udp(std::string{address});
}

}  // namespace tocsin::core
