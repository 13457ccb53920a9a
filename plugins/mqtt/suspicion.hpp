#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace mqtt {

/// Finds the publish at which a broker closes the connection each time, so that it does not block its handler for ever.
///
/// A loss counts when the broker closed a connection that was up, soon after the oldest unanswered publish was written.
/// After two in a row, or two with the same oldest publish, publishes go one at a time until all that were open have
/// ended. One at which the connection is lost three times, the last time with nothing else under way, is condemned: it
/// is rejected when it comes again. A loss after which the broker cannot be reached at the first attempt speaks of the
/// broker's own trouble: of those it takes ten in all. Any thread.
class Suspicion {
  public:
    /// What stays the same when a delivery comes again: its binding, and its event's sequence number.
    struct Publish {
        const void* handler = nullptr;
        std::uint64_t sequence = 0;
        bool operator==(const Publish&) const = default;
    };

    static constexpr unsigned losses_alone = 2;
    static constexpr unsigned losses_condemned = 3;
    static constexpr unsigned outages_condemned = 10;

    /// A loss that counts. `open`: deliveries that were open, `sent`: those of them under way.
    void closed_at(const Publish& oldest, std::size_t open, std::size_t sent);
    /// An attempt to connect failed.
    void not_reached();
    void connected();

    /// A delivery has ended by an answer.
    void ended(const Publish& publish);

    bool one_at_a_time() const;
    bool condemned(const Publish& publish) const;

  private:
    mutable std::mutex mutex_;
    std::optional<Publish> suspect_;
    unsigned losses_ = 0;   ///< of the suspect
    unsigned outages_ = 0;  ///< those of them after which the broker was away
    bool alone_ = false;    ///< whether nothing else was under way at the last one
    unsigned in_a_row_ = 0;
    bool fresh_ = false;  ///< a loss since which there was no connection
    bool away_ = false;
    std::size_t left_ = 0;  ///< to be sent one at a time
    std::optional<Publish> condemned_;
};

}  // namespace mqtt
