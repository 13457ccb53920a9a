#pragma once

#include "suspicion.hpp"

#include <tocsin/sink.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mqtt {

/// One handler's options.
struct Publishing : tocsin::Binding {
    int qos = 0;
    bool retained = false;
    std::uint32_t message_expiry = 0;  ///< seconds; 0 for none
};

/// A delivery on its way to Paho, copied out so that it does not matter when the delivery ends.
struct Outgoing {
    std::uint64_t number = 0;
    std::string topic;
    std::string payload;
    int qos = 0;
    bool retained = false;
    std::uint32_t message_expiry = 0;
    std::string user_properties;  ///< as JSON; empty for none
    Suspicion::Publish publish;
};

/// The deliveries that are open, in the order they were submitted: those sent come first, those waiting follow. They
/// are the only copies, so that whoever takes one is the one to answer it. Any thread; never calls the host.
class Window {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// What may be sent and unanswered before more is sent: so many bytes, though one delivery always may, and so many
    /// deliveries at QoS 2.
    Window(std::size_t byte_limit, std::size_t qos2_limit) : byte_limit_{byte_limit}, qos2_limit_{qos2_limit} {}

    void submit(tocsin::Delivery delivery);

    /// From now on. Before anything is sent on a connection.
    void limit_qos2(std::size_t limit);

    /// Moves the oldest that waits to those sent; false when none waits or a limit says to wait. `alone`: only when
    /// nothing else is sent and unanswered.
    bool send_next(Outgoing& out, TimePoint now, bool alone = false);

    /// Takes out the one sent under this number, or under one that agrees in the part a context holds.
    std::optional<tocsin::Delivery> take(std::uint64_t number);

    static Suspicion::Publish publish_of(const tocsin::Delivery& delivery) {
        return {&delivery.binding<Publishing>(), delivery.event().sequence};
    }

    /// Takes out all, in the order they were submitted.
    std::vector<tocsin::Delivery> take_all();

    /// When the oldest that is sent and unanswered was sent; a large one counts from when it can have left.
    std::optional<TimePoint> oldest() const;
    bool empty() const;
    bool has_waiting() const;
    /// How many are sent and unanswered.
    std::size_t sent() const;

    struct Open {
        std::optional<Suspicion::Publish> oldest;  ///< of those sent
        std::size_t sent = 0;
        std::size_t all = 0;
    };
    Open open() const;

  private:
    struct Sent {
        tocsin::Delivery delivery;
        TimePoint when;
        std::size_t bytes;
        bool qos2;
    };

    mutable std::mutex mutex_;
    std::size_t byte_limit_;
    std::size_t qos2_limit_;
    std::size_t bytes_ = 0;
    std::size_t qos2_ = 0;
    std::uint64_t last_number_ = 0;
    std::deque<std::optional<Sent>>
        sent_;  ///< numbers without a gap up to the last; a hole was taken, the first is none
    std::size_t sent_count_ = 0;
    std::deque<tocsin::Delivery> waiting_;
};

}  // namespace mqtt
