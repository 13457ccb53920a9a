#pragma once

#include "values.hpp"

#include <tocsin/abi.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace testing {

struct Answer {
    std::uint64_t ticket;
    std::uint32_t outcome;
    std::string reason;
};

/// A host with one instance of a sink kind. Frees each delivery as soon as the sink has released it, and notes calls
/// that come too late.
class FakeHost {
  public:
    /// Creates the instance; throws std::runtime_error with what the plugin says is wrong.
    FakeHost(const tocsin_sink_kind& kind, const Texts& options, std::string name = "plant");
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    ~FakeHost();

    void* bind(const Texts& options);
    void start();
    /// Throws std::runtime_error with the reason.
    void check(std::chrono::milliseconds timeout);
    void stop(std::chrono::milliseconds timeout = std::chrono::seconds{5});

    /// Returns the ticket. Values as they come from the renderer; `user_properties`: JSON, empty for none.
    /// `sequence`: of the event, 0 for one of its own.
    std::uint64_t submit(void* binding, const std::string& topic, const std::string& payload,
                         const std::string& user_properties = {}, std::uint64_t sequence = 0,
                         std::uint32_t attempt = 1);

    std::vector<Answer> answers() const;
    std::size_t count(std::uint32_t outcome) const;
    std::vector<std::string> log() const;
    bool logged(const std::string& part) const;
    std::uint32_t max_in_flight() const;
    /// Deliveries the sink holds.
    std::size_t held() const;
    /// What the sink did that it must not do.
    std::vector<std::string> violations() const;

  private:
    struct Held;
    void check_call(const char* what);

    const tocsin_sink_kind& kind_;
    std::string name_;
    tocsin_host abi_{};
    void* instance_ = nullptr;
    std::vector<void*> bindings_;
    std::mutex calls_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Held>> held_;
    std::vector<Answer> answers_;
    std::vector<std::string> log_;
    std::vector<std::string> violations_;
    std::uint32_t max_in_flight_ = 0;
    std::uint64_t last_ticket_ = 0;
    bool stopped_ = false;
};

}  // namespace testing
