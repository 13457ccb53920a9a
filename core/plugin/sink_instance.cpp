#include "plugin/sink_instance.hpp"

#include "base/log.hpp"
#include "plugin/values.hpp"

#include <exception>
#include <memory>
#include <thread>
#include <utility>

namespace tocsin::core {
namespace {

constexpr auto grace = std::chrono::seconds{1};

std::unique_ptr<Strand> strand_for(const SinkKind& kind, Strand::HandOver hand_over) {
    if (kind.non_blocking()) return std::make_unique<Strand>(std::move(hand_over));
    return std::make_unique<Strand>(Strand::OwnThread{});
}

}  // namespace

SinkInstance::SinkInstance(const SinkKind& kind, std::string name, std::vector<OptionValue> options,
                           Strand::HandOver hand_over)
    : Instance{kind.name, std::move(name), strand_for(kind, std::move(hand_over))},
      kind_{kind},
      options_{std::move(options)},
      max_in_flight_{kind.abi->max_in_flight} {
    on_strand([this] { create(); });
}

SinkInstance::SinkInstance(Successor, const SinkInstance& condemned)
    : Instance{condemned.kind(), condemned.name(), std::make_unique<Strand>(Strand::OwnThread{})},
      kind_{condemned.kind_},
      options_{condemned.options_},
      handler_options_{condemned.handler_options_},
      max_in_flight_{kind_.abi->max_in_flight} {}

SinkInstance::~SinkInstance() {
    if (instance_ != nullptr) strand().run_and_wait([this] { destroy(); });
}

void SinkInstance::create() {
    const AbiValues values{kind_.instance_options, options_};
    must([&](auto* error) { return kind_.abi->create(&host(), values.data(), values.size(), &instance_, error); },
         "could not be created");
}

void* SinkInstance::bind_here(const std::vector<OptionValue>& options) {
    const AbiValues values{kind_.handler_options, options};
    void* binding = nullptr;
    must([&](auto* error) { return kind_.abi->bind(instance_, values.data(), values.size(), &binding, error); },
         "options are refused");
    return binding;
}

SinkInstance::Reach SinkInstance::check(std::chrono::nanoseconds timeout) {
    const auto failure = std::make_shared<std::string>();
    const auto call = [this, failure, timeout] {
        try {
            must([&](auto* error) { return kind_.abi->check(instance_, timeout.count(), error); },
                 "it does not say why");
        } catch (const std::exception& error) {
            *failure = error.what();
        }
    };
    if (!done_within(call, timeout + grace))
        return {false, "the check did not end within " + duration_text(timeout.count())};
    return {true, *failure};
}

void SinkInstance::start_here() {
    if (kind_.abi->start != nullptr)
        must([&](auto* error) { return kind_.abi->start(instance_, error); }, "could not be started");
}

void SinkInstance::destroy() {
    for (auto* binding : bindings_)
        if (binding != nullptr) must_return("unbind", [&] { kind_.abi->unbind(instance_, binding); });
    must_return("destroy", [&] { kind_.abi->destroy(instance_); });
    bindings_.clear();
    instance_ = nullptr;
}

void SinkInstance::bind(std::vector<OptionValue> options) {
    on_strand([&] { bindings_.push_back(bind_here(options)); });
    handler_options_.emplace_back(std::move(options));
}

SinkInstance::Bound SinkInstance::bind_more(std::vector<OptionValue> options, std::size_t& number) {
    void* binding = nullptr;
    std::string refusal;
    const auto called = watched("bind", [&] {
        try {
            binding = bind_here(options);
        } catch (const std::exception& error) {
            refusal = error.what();
        }
    });
    if (called == Called::condemned) return Bound::condemned;
    if (!refusal.empty() || called == Called::threw) {
        log::error("the sink refuses a handler's options", {{"kind", kind()}, {"name", name()}, {"reason", refusal}});
        return Bound::refused;
    }
    bindings_.push_back(binding);
    handler_options_.push_back(std::move(options));
    number = bindings_.size() - 1;
    return Bound::yes;
}

bool SinkInstance::unbind(std::size_t number) {
    handler_options_[number].reset();
    auto* binding = std::exchange(bindings_[number], nullptr);
    return binding == nullptr || watched("unbind", [&] { kind_.abi->unbind(instance_, binding); }) != Called::condemned;
}

void SinkInstance::start(SinkListener& listener) {
    listener_ = &listener;
    on_strand([this] { start_here(); });
}

SinkInstance::Submitted SinkInstance::submit(std::span<const tocsin_delivery* const> deliveries) {
    switch (watched("submit", [&] { kind_.abi->submit(instance_, deliveries.data(), deliveries.size()); })) {
        case Called::done: return Submitted::taken;
        case Called::threw: return Submitted::failed;
        case Called::condemned: break;
    }
    return Submitted::condemned;
}

bool SinkInstance::condemn(std::chrono::steady_clock::time_point now, std::chrono::nanoseconds limit) {
    if (!watch().condemn(now, limit)) return false;
    listener_ = nullptr;
    strand().abandon();
    return true;
}

void SinkInstance::give_up() {
    listener_ = nullptr;
    strand().abandon();
    // A task that is in no call into the plugin ends by itself, or makes one.
    while (!watch().condemn(std::chrono::steady_clock::now(), std::chrono::nanoseconds{-1}) && strand().is_busy())
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void SinkInstance::on_came_back() {
    if (instance_ != nullptr) {
        if (!has_stopped_.exchange(true)) must_return("stop", [&] { kind_.abi->stop(instance_, 0); });
        destroy();
    }
    came_back_ = true;
}

std::unique_ptr<SinkInstance> SinkInstance::successor() const {
    return std::unique_ptr<SinkInstance>{new SinkInstance{Successor{}, *this}};
}

SinkInstance::Begun SinkInstance::begin(SinkListener& listener) {
    bool begun = false;
    const auto called = watched("create", [&] {
        try {
            create();
            for (const auto& options : handler_options_) bindings_.push_back(options ? bind_here(*options) : nullptr);
            if (watch().condemned()) return;
            listener_ = &listener;
            start_here();
            begun = true;
        } catch (const std::exception& error) {
            log::error("sink could not be made again", {{"kind", kind()}, {"name", name()}, {"reason", error.what()}});
        }
    });
    if (called == Called::condemned) return Begun::condemned;
    if (begun) return Begun::yes;
    listener_ = nullptr;
    strand().abandon();
    if (instance_ != nullptr) destroy();
    return Begun::failed;
}

bool SinkInstance::stop(std::chrono::nanoseconds timeout) {
    const auto call = [=, this] {
        watched("stop", [&] {
            if (instance_ != nullptr) kind_.abi->stop(instance_, timeout.count());
            has_stopped_ = true;
        });
    };
    if (!stop_within(call, timeout + grace)) return false;
    listener_ = nullptr;
    return true;
}

void SinkInstance::on_ack(std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) {
    if (has_stopped_) {
        answers_after_stop_.add();
        if (const auto left_out = answers_after_stop_lines_.pass())
            log::error("the sink answers a delivery after its stop has returned, which the plugin ABI forbids",
                       {{"kind", kind()}, {"name", name()}, {"lines_left_out", *left_out}});
        return;
    }
    if (outcome > TOCSIN_REJECTED) {
        outcome = TOCSIN_RETRY;
        reason = "the sink gave an outcome that the plugin ABI does not know";
    }
    watch().progress();
    if (auto* listener = listener_.load()) listener->answered(*this, ticket, outcome, reason);
}

void SinkInstance::on_max_in_flight(std::uint32_t count) {
    max_in_flight_ = count;
    if (auto* listener = listener_.load()) listener->may_take(*this, count);
}

}  // namespace tocsin::core
