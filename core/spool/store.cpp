#include "spool/store.hpp"

#include "spool/schema.hpp"

#include <utility>

namespace tocsin::core {
namespace {

/// Commits wait for the disk. SQLite makes checkpoints for those that open the file for a moment; in the router they
/// are made on a connection of their own, whose hook takes the place of SQLite's (checkpoints.hpp).
constexpr const char* pragmas = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 16777216;
PRAGMA cache_size = -4096;
)";

constexpr const char* event_columns =
    "sequence, received, topic, id, level, previous_level, time, duration, message, record";

Database opened(const std::filesystem::path& file) {
    Database database{file, Database::Open::create};
    database.run(pragmas);
    migrate(database);
    return database;
}

/// `first`: the column with the sequence number; the others follow as in event_columns.
EventColumns columns_of(const Statement& row, int first) {
    EventColumns columns;
    columns.sequence = static_cast<std::uint64_t>(row.integer(first));
    columns.received = row.integer(first + 1);
    columns.topic = row.text(first + 2);
    columns.id = row.text(first + 3);
    columns.level = row.integer(first + 4);
    columns.previous_level = row.integer(first + 5);
    columns.time = row.integer(first + 6);
    columns.duration = row.integer(first + 7);
    columns.message = row.text(first + 8);
    columns.record = row.text(first + 9);
    return columns;
}

/// Binds an event's columns in the order of event_columns; `record` must stay valid until the statement has run.
void bind_event(Statement& statement, int first, const Event& event, std::int64_t received, const std::string& record) {
    statement.bind(first, static_cast<std::int64_t>(event.sequence()))
        .bind(first + 1, received)
        .bind(first + 2, event.topic())
        .bind(first + 3, event.id())
        .bind(first + 4, static_cast<std::int64_t>(event.level()))
        .bind(first + 5, static_cast<std::int64_t>(event.previous_level()))
        .bind(first + 6, event.time())
        .bind(first + 7, event.duration())
        .bind(first + 8, event.message())
        .bind_blob(first + 9, record);
}

DeadLetter dead_letter_of(const Statement& row) {
    DeadLetter letter;
    letter.number = row.integer(0);
    letter.died = row.integer(1);
    letter.reason = row.text(2);
    letter.handler = {std::string{row.text(3)}, std::string{row.text(4)}};
    letter.received = row.integer(6);
    letter.event = read_event(columns_of(row, 5));
    return letter;
}

}  // namespace

std::int64_t key_of(std::uint32_t handler, std::uint64_t sequence) {
    return static_cast<std::int64_t>((std::uint64_t{handler} << sequence_bits) | sequence);
}

Store::Store(const std::filesystem::path& file) : Store{opened(file)} {}

Store::Store(Database database)
    : database_{std::move(database)},
      add_event_{
          database_.prepare("INSERT OR REPLACE INTO event (sequence, received, topic, id, level, previous_level, "
                            "time, duration, message, record, deliveries) VALUES (?,?,?,?,?,?,?,?,?,?,?)")},
      add_delivery_{database_.prepare("INSERT OR REPLACE INTO delivery (key, size) VALUES (?, ?)")},
      remove_delivery_{database_.prepare("DELETE FROM delivery WHERE key = ?")},
      save_state_{database_.prepare("INSERT OR REPLACE INTO state (topic, id, level, previous_level, since, left_ok) "
                                    "VALUES (?,?,?,?,?,?)")},
      forget_state_{database_.prepare("DELETE FROM state WHERE topic = ? AND id = ?")},
      read_{database_.prepare("SELECT d.key & 0x7ffffffffff, d.size, e.sequence, e.received, e.topic, e.id, e.level, "
                              "e.previous_level, e.time, e.duration, e.message, e.record FROM delivery d "
                              "LEFT JOIN event e ON e.sequence = d.key & 0x7ffffffffff "
                              "WHERE d.key >= ? AND d.key <= ? ORDER BY d.key LIMIT ?")},
      bury_{database_.prepare("INSERT INTO dead_letter (died, reason, handler_topic, handler_id, sequence, received, "
                              "topic, id, level, previous_level, time, duration, message, record) "
                              "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")},
      version_{database_.prepare("PRAGMA data_version")} {}

std::uint64_t Store::reserved() {
    return static_cast<std::uint64_t>(database_.integer("SELECT value FROM meta WHERE name = 'reserved'"));
}

void Store::reserve(std::uint64_t below) {
    database_.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('reserved', ?)")
        .bind(1, static_cast<std::int64_t>(below))
        .run();
}

std::vector<Kept> Store::handlers() {
    std::vector<Kept> all;
    auto names = database_.prepare("SELECT number, topic, id FROM handler ORDER BY number");
    auto sums = database_.prepare("SELECT count(*), coalesce(sum(size), 0) FROM delivery WHERE key BETWEEN ? AND ?");
    while (names.step()) {
        Kept kept;
        kept.number = static_cast<std::uint32_t>(names.integer(0));
        kept.handler = {std::string{names.text(1)}, std::string{names.text(2)}};
        sums.bind(1, key_of(kept.number, 0)).bind(2, key_of(kept.number, last_sequence)).step();
        kept.deliveries = static_cast<std::uint64_t>(sums.integer(0));
        kept.bytes = static_cast<std::uint64_t>(sums.integer(1));
        sums.reset();
        all.push_back(std::move(kept));
    }
    return all;
}

std::uint32_t Store::number_of(const HandlerName& handler) {
    auto find = database_.prepare("SELECT number FROM handler WHERE topic = ? AND id = ?");
    find.bind(1, handler.topic).bind(2, handler.id);
    if (find.step()) return static_cast<std::uint32_t>(find.integer(0));
    auto make = database_.prepare("INSERT INTO handler (topic, id) VALUES (?, ?) RETURNING number");
    make.bind(1, handler.topic).bind(2, handler.id).step();
    const auto number = make.integer(0);
    make.run();
    return static_cast<std::uint32_t>(number);
}

void Store::remove_handler(std::uint32_t number) {
    database_.prepare("DELETE FROM handler WHERE number = ?").bind(1, std::int64_t{number}).run();
}

std::int64_t Store::oldest(std::uint32_t handler) {
    auto row = database_.prepare(
        "SELECT e.received FROM delivery d JOIN event e ON e.sequence = d.key & 0x7ffffffffff "
        "WHERE d.key BETWEEN ? AND ? ORDER BY d.key LIMIT 1");
    row.bind(1, key_of(handler, 0)).bind(2, key_of(handler, last_sequence));
    return row.step() ? row.integer(0) : 0;
}

std::vector<std::uint64_t> Store::sequences(std::uint32_t handler) {
    std::vector<std::uint64_t> all;
    auto rows = database_.prepare("SELECT key & 0x7ffffffffff FROM delivery WHERE key BETWEEN ? AND ? ORDER BY key");
    rows.bind(1, key_of(handler, 0)).bind(2, key_of(handler, last_sequence));
    while (rows.step()) all.push_back(static_cast<std::uint64_t>(rows.integer(0)));
    return all;
}

std::vector<std::uint32_t> Store::handlers_of(std::uint64_t sequence) {
    std::vector<std::uint32_t> all;
    auto rows = database_.prepare(
        "SELECT number FROM handler h WHERE EXISTS (SELECT 1 FROM delivery WHERE key = (h.number << 43 | ?)) "
        "ORDER BY number");
    rows.bind(1, static_cast<std::int64_t>(sequence));
    while (rows.step()) all.push_back(static_cast<std::uint32_t>(rows.integer(0)));
    return all;
}

std::vector<SavedState> Store::states() {
    std::vector<SavedState> all;
    auto rows =
        database_.prepare("SELECT topic, id, level, previous_level, since, left_ok FROM state ORDER BY since, rowid");
    while (rows.step())
        all.push_back({std::string{rows.text(0)}, std::string{rows.text(1)},
                       static_cast<Level>(rows.integer(2) & TOCSIN_LEVEL_CRITICAL),
                       static_cast<Level>(rows.integer(3) & TOCSIN_LEVEL_CRITICAL), rows.integer(4), rows.integer(5)});
    return all;
}

void Store::save_state(const Event& event) {
    save_state_.bind(1, event.topic())
        .bind(2, event.id())
        .bind(3, static_cast<std::int64_t>(event.level()))
        .bind(4, static_cast<std::int64_t>(event.previous_level()))
        .bind(5, event.time())
        .bind(6, event.time() - event.duration())
        .run();
}

void Store::forget_state(std::string_view topic, std::string_view id) {
    forget_state_.bind(1, topic).bind(2, id).run();
}

void Store::add_event(const Event& event, std::int64_t received, std::uint32_t deliveries) {
    record_.clear();
    append_record(record_, event);
    bind_event(add_event_, 1, event, received, record_);
    add_event_.bind(11, std::int64_t{deliveries}).run();
}

void Store::add_delivery(std::uint32_t handler, std::uint64_t sequence, std::uint64_t size) {
    add_delivery_.bind(1, key_of(handler, sequence)).bind(2, static_cast<std::int64_t>(size)).run();
}

bool Store::remove_delivery(std::uint32_t handler, std::uint64_t sequence) {
    remove_delivery_.bind(1, key_of(handler, sequence)).run();
    return database_.changes() != 0;
}

void Store::read(std::uint32_t handler, std::uint64_t from, std::uint64_t most,
                 const std::function<bool(KeptDelivery)>& take) {
    read_.reset();  // an exception of `take` has left it where it was
    read_.bind(1, key_of(handler, from))
        .bind(2, key_of(handler, last_sequence))
        .bind(3, static_cast<std::int64_t>(most));
    bool more = true;
    while (more && read_.step()) {
        KeptDelivery kept;
        kept.sequence = static_cast<std::uint64_t>(read_.integer(0));
        kept.size = static_cast<std::uint64_t>(read_.integer(1));
        kept.received = read_.integer(3);
        if (!read_.is_null(2)) kept.event = read_event(columns_of(read_, 2));
        more = take(std::move(kept));
    }
    read_.reset();
}

Kept Store::keep_latest(std::uint32_t handler) {
    Kept removed;
    removed.number = handler;
    auto older = database_.prepare(
        "SELECT d.key, d.size FROM delivery d JOIN event e ON e.sequence = d.key & 0x7ffffffffff "
        "WHERE d.key BETWEEN ?1 AND ?2 AND d.key NOT IN "
        "(SELECT max(n.key) FROM delivery n JOIN event m ON m.sequence = n.key & 0x7ffffffffff "
        "WHERE n.key BETWEEN ?1 AND ?2 GROUP BY m.topic, m.id)");
    older.bind(1, key_of(handler, 0)).bind(2, key_of(handler, last_sequence));
    std::vector<std::int64_t> keys;
    while (older.step()) {
        keys.push_back(older.integer(0));
        removed.bytes += static_cast<std::uint64_t>(older.integer(1));
    }
    older.reset();
    removed.deliveries = keys.size();
    for (const auto key : keys) remove_delivery_.bind(1, key).run();
    return removed;
}

void Store::bury(const HandlerName& handler, const Event& event, std::int64_t received, std::int64_t died,
                 std::string_view reason) {
    record_.clear();
    append_record(record_, event);
    bury_.bind(1, died).bind(2, reason).bind(3, handler.topic).bind(4, handler.id);
    bind_event(bury_, 5, event, received, record_);
    bury_.run();
}

std::uint64_t Store::dead_letters() {
    return static_cast<std::uint64_t>(database_.integer("SELECT count(*) FROM dead_letter"));
}

std::vector<std::pair<HandlerName, std::uint64_t>> Store::dead_letters_by_handler() {
    std::vector<std::pair<HandlerName, std::uint64_t>> all;
    auto rows =
        database_.prepare("SELECT handler_topic, handler_id, count(*) FROM dead_letter GROUP BY 1, 2 ORDER BY 1, 2");
    while (rows.step())
        all.push_back(
            {{std::string{rows.text(0)}, std::string{rows.text(1)}}, static_cast<std::uint64_t>(rows.integer(2))});
    return all;
}

std::vector<std::int64_t> Store::dead_letter_numbers(const HandlerName* handler) {
    std::vector<std::int64_t> all;
    auto rows = database_.prepare(handler == nullptr
                                      ? "SELECT number FROM dead_letter ORDER BY number"
                                      : "SELECT number FROM dead_letter WHERE handler_topic = ? AND handler_id = ? "
                                        "ORDER BY number");
    if (handler != nullptr) rows.bind(1, handler->topic).bind(2, handler->id);
    while (rows.step()) all.push_back(rows.integer(0));
    return all;
}

void Store::read_dead_letters(std::int64_t after, const std::function<bool(DeadLetter)>& take) {
    auto rows = database_.prepare(std::string{"SELECT number, died, reason, handler_topic, handler_id, "} +
                                  event_columns + " FROM dead_letter WHERE number > ? ORDER BY number");
    rows.bind(1, after);
    while (rows.step() && take(dead_letter_of(rows))) {
    }
}

DeadLetter Store::dead_letter(std::int64_t number) {
    auto rows = database_.prepare(std::string{"SELECT number, died, reason, handler_topic, handler_id, "} +
                                  event_columns + " FROM dead_letter WHERE number = ?");
    rows.bind(1, number);
    return rows.step() ? dead_letter_of(rows) : DeadLetter{};
}

bool Store::remove_dead_letter(std::int64_t number) {
    database_.prepare("DELETE FROM dead_letter WHERE number = ?").bind(1, number).run();
    return database_.changes() != 0;
}

void Store::remove_oldest_dead_letters(std::uint64_t count) {
    database_
        .prepare("DELETE FROM dead_letter WHERE number IN (SELECT number FROM dead_letter ORDER BY number LIMIT ?)")
        .bind(1, static_cast<std::int64_t>(count))
        .run();
}

std::vector<Request> Store::requests(std::int64_t after, std::uint64_t most) {
    std::vector<Request> all;
    auto rows =
        database_.prepare("SELECT number, action, target FROM request WHERE number > ? ORDER BY number LIMIT ?");
    rows.bind(1, after).bind(2, static_cast<std::int64_t>(most));
    while (rows.step()) all.push_back({rows.integer(0), std::string{rows.text(1)}, rows.integer(2)});
    return all;
}

void Store::add_request(std::string_view action, std::int64_t target) {
    database_.prepare("INSERT INTO request (action, target) VALUES (?, ?)").bind(1, action).bind(2, target).run();
}

void Store::remove_request(std::int64_t number) {
    database_.prepare("DELETE FROM request WHERE number = ?").bind(1, number).run();
}

std::int64_t Store::data_version() {
    version_.step();
    const auto version = version_.integer(0);
    version_.reset();
    return version;
}

}  // namespace tocsin::core
