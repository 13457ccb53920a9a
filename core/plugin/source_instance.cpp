#include "plugin/source_instance.hpp"

#include "plugin/values.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace tocsin::core {

namespace {
constexpr auto grace = std::chrono::seconds{1};
}

SourceInstance::SourceInstance(const SourceKind& kind, std::string name, const std::vector<OptionValue>& options,
                               Listeners& listeners, Strand::HandOver hand_over)
    : Instance{kind.name, std::move(name), std::make_unique<Strand>(std::move(hand_over))},
      kind_{kind},
      listeners_{listeners} {
    const AbiValues values{kind.instance_options, options};
    on_strand([&] {
        must([&](auto* error) { return kind_.abi->create(&host(), values.data(), values.size(), &instance_, error); },
             "could not be created");
    });
}

SourceInstance::~SourceInstance() {
    if (instance_ != nullptr)
        strand().run_and_wait([this] { must_return("destroy", [this] { kind_.abi->destroy(instance_); }); });
}

void SourceInstance::start(Intake& intake) {
    intake_ = &intake;
    on_strand(
        [this] { must([&](auto* error) { return kind_.abi->start(instance_, error); }, "could not be started"); });
}

bool SourceInstance::pause(std::chrono::nanoseconds timeout) {
    return done_within([this] { watched("pause", [this] { kind_.abi->pause(instance_); }); }, timeout);
}

void SourceInstance::resume() {
    post([this] { kind_.abi->resume(instance_); });
}

void SourceInstance::committed(std::uint64_t token) {
    if (kind_.abi->committed != nullptr) post([=, this] { kind_.abi->committed(instance_, &token, 1); });
}

void SourceInstance::set_yields(bool yields) { listeners_.set_yields(this, yields); }

bool SourceInstance::stop(std::chrono::nanoseconds timeout) {
    const auto call = [=, this] { must_return("stop", [&] { kind_.abi->stop(instance_, timeout.count()); }); };
    if (!stop_within(call, timeout + grace)) {
        listeners_.hand_on(this);
        return false;
    }
    intake_ = nullptr;
    listeners_.release(this);
    return true;
}

std::int32_t SourceInstance::on_emit(const tocsin_event& event, std::uint64_t token) {
    auto* intake = intake_.load();
    return intake == nullptr ? TOCSIN_STOPPING : intake->take(*this, event, token);
}

std::int64_t SourceInstance::on_listen(std::string_view address, std::uint32_t protocol) {
    if (protocol != TOCSIN_LISTEN_UDP) throw std::runtime_error{"this protocol cannot be listened on"};
    return listeners_.udp(std::string{address}, {this, name()});
}

}  // namespace tocsin::core
