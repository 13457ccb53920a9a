#pragma once

#include "plugin/library.hpp"
#include "testing/calls.hpp"
#include "testing/emitted.hpp"
#include "testing/loopback.hpp"
#include "testing/option_texts.hpp"
#include "testing/records.hpp"
#include "testing/tickets.hpp"

#include <tocsin/abi.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// A host for tests with at most one instance of a sink or a source; <tocsin/testing.hpp> describes it. What it cannot
/// do it says by std::runtime_error. Any thread.
class TestHost {
  public:
    explicit TestHost(std::string_view name);
    TestHost(const TestHost&) = delete;
    TestHost& operator=(const TestHost&) = delete;
    /// Stops and destroys the instance if need be, and writes violations that nobody saw to standard error.
    ~TestHost();

    const tocsin_host& abi() const noexcept { return host_; }

    void create(const tocsin_sink_kind& kind, std::string_view section, const std::filesystem::path& directory);
    void create(const tocsin_source_kind& kind, std::string_view section, const std::filesystem::path& directory);
    void start();
    void stop(std::int64_t timeout);
    void destroy();

    /// Sinks. Returns the handler's number.
    std::uint64_t bind(std::string_view options, const std::filesystem::path& directory);
    void check(std::int64_t timeout);
    void submit(std::uint64_t handler, std::span<const tocsin_event> events, std::uint64_t* tickets);
    std::uint64_t submit_values(std::uint64_t handler, const tocsin_event& event,
                                std::span<const tocsin_string> values);
    std::uint64_t submit_again(std::uint64_t ended);

    /// Sources.
    void pause();
    void resume();
    void committed(std::span<const std::uint64_t> tokens);

    std::int64_t now() const noexcept { return now_; }
    void advance(std::int64_t nanoseconds);

    Records& records() noexcept { return records_; }
    Tickets& tickets() noexcept { return tickets_; }
    Emitted& emitted() noexcept { return emitted_; }
    Loopback& loopback() noexcept { return loopback_; }

  private:
    struct BoundHandler {
        void* binding;
        std::vector<std::optional<Payload>> templates;
    };
    using AbiCall = std::function<std::int32_t(tocsin_error*)>;

    tocsin_host host_functions();
    /// Whether a function for sinks may be called now; notes a violation otherwise.
    bool for_sink(std::string_view call);
    std::int32_t on_emit(const tocsin_event& event, std::uint64_t token);
    std::int64_t on_listen(std::string_view address, std::uint32_t protocol);

    /// Runs a call that may fail. Returns what the plugin wrote, or `otherwise`, when it did.
    std::optional<std::string> fails(const AbiCall& call, std::string_view otherwise);
    template <class Kind>
    void create_instance(const Kind& kind, std::string_view section, const std::filesystem::path& directory);
    void keep_secrets(const CheckedOptions& options, const std::vector<OptionSpec>& specs);
    const tocsin_sink_kind& sink(std::string_view call) const;
    const tocsin_source_kind& source(std::string_view call) const;
    void must_take_deliveries() const;
    const BoundHandler& handler(std::uint64_t number) const;
    /// `event`: sound.
    Tickets::Attempt attempt(std::uint64_t handler, const tocsin_event& event);
    void hand_over();
    void hand_over_soon();

    std::string name_;
    tocsin_host host_;
    std::atomic<std::int64_t> now_;
    Records records_;
    Tickets tickets_{records_};
    Emitted emitted_{records_};
    Loopback loopback_;

    std::optional<SinkKind> sink_;
    std::optional<SourceKind> source_;
    void* instance_ = nullptr;
    std::atomic<bool> has_instance_{false};
    std::atomic<bool> started_{false};
    std::vector<BoundHandler> handlers_;
    Calls calls_;
};

}  // namespace tocsin::core
