#pragma once

#include "spool/account.hpp"
#include "spool/database.hpp"
#include "spool/record.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

/// A delivery's key in the file.
std::int64_t key_of(std::uint32_t handler, std::uint64_t sequence);

/// What the spool holds of one handler.
struct Kept {
    std::uint32_t number = 0;
    HandlerName handler;
    std::uint64_t deliveries = 0;
    std::uint64_t bytes = 0;
};

/// The state of one event id of an alert topic.
struct SavedState {
    std::string topic;
    std::string id;
    Level level = Level::ok;
    Level previous_level = Level::ok;
    std::int64_t since = 0;    ///< time of the event that changed the level, nanoseconds since 1970
    std::int64_t left_ok = 0;  ///< time of the event with which it left OK
};

/// A delivery that was read back.
struct KeptDelivery {
    std::unique_ptr<const Event> event;  ///< nullptr when its row is damaged
    std::uint64_t sequence = 0;
    std::int64_t received = 0;
    std::uint64_t size = 0;
};

/// What `tocsin spool` has asked for.
struct Request {
    std::int64_t number = 0;
    std::string action;
    std::int64_t target = 0;
};

struct DeadLetter {
    std::int64_t number = 0;
    std::int64_t died = 0;  ///< nanoseconds since 1970
    std::string reason;
    HandlerName handler;
    std::unique_ptr<const Event> event;  ///< nullptr when its row is damaged
    std::int64_t received = 0;
};

/// The file of the spool: its statements. Every call throws DatabaseError; what changes rows belongs in a Transaction.
/// Used by one thread at a time.
class Store {
  public:
    /// Opens the file, makes it when there is none, and brings its schema up to date. Throws std::runtime_error also
    /// when a newer program has written it.
    explicit Store(const std::filesystem::path& file);
    /// Takes an open file as it is. Its schema must be of version 1 or later; requests need version 2.
    explicit Store(Database database);

    Database& database() noexcept { return database_; }

    /// The sequence number below which all may have been given out.
    std::uint64_t reserved();
    void reserve(std::uint64_t below);

    /// Every handler that was ever known.
    std::vector<Kept> handlers();
    /// Makes the number when there is none.
    std::uint32_t number_of(const HandlerName& handler);
    void remove_handler(std::uint32_t number);
    /// When the oldest delivery of a handler was received; 0 when there is none.
    std::int64_t oldest(std::uint32_t handler);
    /// The sequence numbers of a handler's deliveries, rising.
    std::vector<std::uint64_t> sequences(std::uint32_t handler);
    /// The numbers of the handlers that still have to deliver that event.
    std::vector<std::uint32_t> handlers_of(std::uint64_t sequence);

    /// The states, the one that changed longest ago first.
    std::vector<SavedState> states();
    void save_state(const Event& event);
    void forget_state(std::string_view topic, std::string_view id);

    void add_event(const Event& event, std::int64_t received, std::uint32_t deliveries);
    void add_delivery(std::uint32_t handler, std::uint64_t sequence, std::uint64_t size);
    /// False when it is not there (any more).
    bool remove_delivery(std::uint32_t handler, std::uint64_t sequence);

    /// Hands over deliveries of one handler by sequence number, from `from` on, at most `most`, while `take` returns
    /// true.
    void read(std::uint32_t handler, std::uint64_t from, std::uint64_t most,
              const std::function<bool(KeptDelivery)>& take);
    /// Removes all deliveries of a handler but the newest of each event id. Returns how many, and their bytes.
    Kept keep_latest(std::uint32_t handler);

    void bury(const HandlerName& handler, const Event& event, std::int64_t received, std::int64_t died,
              std::string_view reason);
    std::uint64_t dead_letters();
    /// How many there are of each handler.
    std::vector<std::pair<HandlerName, std::uint64_t>> dead_letters_by_handler();
    /// Their numbers, rising; with `handler`, of that one.
    std::vector<std::int64_t> dead_letter_numbers(const HandlerName* handler);
    /// Those with numbers above `after`.
    void read_dead_letters(std::int64_t after, const std::function<bool(DeadLetter)>& take);
    /// The dead letter, without an event when there is none of that number.
    DeadLetter dead_letter(std::int64_t number);
    bool remove_dead_letter(std::int64_t number);
    void remove_oldest_dead_letters(std::uint64_t count);

    /// At most `most` with numbers above `after`, in order.
    std::vector<Request> requests(std::int64_t after, std::uint64_t most);
    void add_request(std::string_view action, std::int64_t target);
    void remove_request(std::int64_t number);

    /// Changes whenever another connection has changed the file.
    std::int64_t data_version();

  private:
    Database database_;
    Statement add_event_;
    Statement add_delivery_;
    Statement remove_delivery_;
    Statement save_state_;
    Statement forget_state_;
    Statement read_;
    Statement bury_;
    Statement version_;
    std::string record_;
};

}  // namespace tocsin::core
