#pragma once

#include "address.hpp"
#include "datagram.hpp"
#include "dedupe.hpp"
#include "event_builder.hpp"
#include "message.hpp"
#include "rate_limit.hpp"
#include "time_zone.hpp"

#include <tocsin/source.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace task_log {

/// What happens to a datagram between the socket and the router, with its counters:
/// received = malformed + duplicate + limited + unsent + accepted by emit. Datagrams from addresses that are not
/// allowed count as not-allowed and nowhere else. One thread.
class Intake {
  public:
    using Time = std::chrono::steady_clock::time_point;

    struct Settings {
        std::optional<AllowList> allow;  ///< nothing: everybody
        std::chrono::nanoseconds dedupe{};
        std::int64_t rate_limit = 0;
        TimeZone zone;
    };

    Intake(tocsin::SourceHost host, Settings settings);

    /// Counts the datagram and makes its event, which emit then offers. Answers whether there is one. `datagram.bytes`
    /// must stay until the event is accepted or abandoned. `now` must not go back from call to call.
    bool prepare(const Datagram& datagram, Time now);

    /// Offers the prepared event: accepted and invalid end it, full and stopping leave it as it is.
    tocsin::Emit emit(Time now);

    /// Gives the prepared event up.
    void abandon() noexcept;

    /// How many were abandoned.
    std::uint64_t unsent() const noexcept { return unsent_count_; }

  private:
    bool is_allowed(const Datagram& datagram, Time now);
    void reject(const Datagram& datagram, std::string_view problem, Time now);

    tocsin::SourceHost host_;
    std::optional<AllowList> allow_;
    MessageParser parser_;
    EventBuilder builder_;
    Dedupe dedupe_;
    RateLimit rate_limit_;
    LogThrottle malformed_log_{std::chrono::seconds{1}};
    LogThrottle not_allowed_log_{std::chrono::seconds{1}};
    LogThrottle limited_log_{std::chrono::seconds{60}};

    tocsin::Counter received_;
    tocsin::Counter malformed_;
    tocsin::Counter duplicate_;
    tocsin::Counter limited_;
    tocsin::Counter not_allowed_;
    tocsin::Counter unsent_;
    std::uint64_t unsent_count_ = 0;

    Message message_;
    const tocsin::EventDraft* draft_ = nullptr;
};

}  // namespace task_log
