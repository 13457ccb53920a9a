#pragma once

#include "values.hpp"

#include <tocsin/testing.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace testing {

struct Answer {
    std::uint64_t ticket;
    std::uint32_t outcome;
    std::string reason;
};

/// The SDK's host for tests with options as pairs, and with deliveries that are submitted at once, credit or not.
class FakeHost : public tocsin::testing::HostedSink {
  public:
    FakeHost(const tocsin_sink_kind& kind, const Texts& options, const std::string& name = "plant");

    /// The topic need not be given, as `submit` says it.
    void* bind(Texts options);

    /// Values as they come from the renderer. `user_properties`: JSON, empty for none. A `sequence` that was submitted
    /// before is that event's next attempt, with the values it had. Returns the ticket.
    std::uint64_t submit(void* binding, const std::string& topic, const std::string& payload,
                         const std::string& user_properties = {}, std::uint64_t sequence = 0);

    std::vector<Answer> answers() const;
    std::size_t count(std::uint32_t outcome) const { return count_of(static_cast<tocsin::testing::Outcome>(outcome)); }
    bool logged(const std::string& part) const { return HostedSink::logged(part) != 0; }

  private:
    const tocsin_sink_kind& kind_;
    std::deque<tocsin::testing::Handler> handlers_;
    std::map<std::uint64_t, std::uint64_t> tickets_;  ///< the last one of each sequence
};

}  // namespace testing
