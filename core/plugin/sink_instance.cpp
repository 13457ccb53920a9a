#include "plugin/sink_instance.hpp"

#include "plugin/values.hpp"

#include <memory>
#include <utility>

namespace tocsin::core {
namespace {

constexpr auto grace = std::chrono::seconds{1};

std::unique_ptr<Strand> strand_for(const SinkKind& kind, Strand::HandOver hand_over) {
    if (kind.non_blocking()) return std::make_unique<Strand>(std::move(hand_over));
    return std::make_unique<Strand>(Strand::OwnThread{});
}

}  // namespace

SinkInstance::SinkInstance(const SinkKind& kind, std::string name, const std::vector<OptionValue>& options,
                           Strand::HandOver hand_over)
    : Instance{kind.name, std::move(name), strand_for(kind, std::move(hand_over))},
      kind_{kind},
      max_in_flight_{kind.abi->max_in_flight} {
    const AbiValues values{kind.instance_options, options};
    must([&](auto* error) { return kind_.abi->create(&host(), values.data(), values.size(), &instance_, error); },
         "could not be created");
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
    void* binding = nullptr;
    must([&](auto* error) { return kind_.abi->bind(instance_, values.data(), values.size(), &binding, error); },
         "options are refused");
    bindings_.push_back(binding);
    return binding;
}

void SinkInstance::start(SinkListener& listener) {
    listener_ = &listener;
    if (kind_.abi->start != nullptr)
        must([&](auto* error) { return kind_.abi->start(instance_, error); }, "could not be started");
}

void SinkInstance::submit(std::span<const tocsin_delivery* const> deliveries) {
    kind_.abi->submit(instance_, deliveries.data(), deliveries.size());
}

bool SinkInstance::stop(std::chrono::nanoseconds timeout) {
    if (!stop_within([=, this] { kind_.abi->stop(instance_, timeout.count()); }, timeout + grace)) return false;
    listener_ = nullptr;
    return true;
}

void SinkInstance::on_ack(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) {
    if (outcome > TOCSIN_REJECTED) outcome = TOCSIN_RETRY;
    if (auto* listener = listener_.load()) listener->answered(ticket, outcome, reason);
}

void SinkInstance::on_max_in_flight(std::uint32_t count) {
    max_in_flight_ = count;
    if (auto* listener = listener_.load()) listener->may_take(count);
}

}  // namespace tocsin::core
