#include "spool/schema.hpp"

#include "base/wall_clock.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <stdexcept>

namespace tocsin::core {
namespace {

// An event stays until the last of its deliveries has gone.
constexpr const char* version_1 = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE handler (number INTEGER PRIMARY KEY, topic TEXT NOT NULL, id TEXT NOT NULL, UNIQUE (topic, id));
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY, deliveries INTEGER NOT NULL, received INTEGER NOT NULL, topic TEXT NOT NULL,
    id TEXT NOT NULL, level INTEGER NOT NULL, previous_level INTEGER NOT NULL, time INTEGER NOT NULL,
    duration INTEGER NOT NULL, message TEXT NOT NULL, record BLOB NOT NULL);
CREATE TABLE delivery (key INTEGER PRIMARY KEY, size INTEGER NOT NULL);
CREATE TRIGGER delivery_gone AFTER DELETE ON delivery BEGIN
    UPDATE event SET deliveries = deliveries - 1 WHERE sequence = OLD.key & 0x7ffffffffff;
    DELETE FROM event WHERE sequence = OLD.key & 0x7ffffffffff AND deliveries <= 0;
END;
CREATE TABLE state (
    topic TEXT NOT NULL, id TEXT NOT NULL, level INTEGER NOT NULL, previous_level INTEGER NOT NULL,
    since INTEGER NOT NULL, left_ok INTEGER NOT NULL, UNIQUE (topic, id));
CREATE TABLE dead_letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT, died INTEGER NOT NULL, reason TEXT NOT NULL,
    handler_topic TEXT NOT NULL, handler_id TEXT NOT NULL, sequence INTEGER NOT NULL, received INTEGER NOT NULL,
    topic TEXT NOT NULL, id TEXT NOT NULL, level INTEGER NOT NULL, previous_level INTEGER NOT NULL,
    time INTEGER NOT NULL, duration INTEGER NOT NULL, message TEXT NOT NULL, record BLOB NOT NULL);
)";

// What `tocsin spool` asks of the router, and a view for people.
constexpr const char* version_2 = R"(
CREATE TABLE request (number INTEGER PRIMARY KEY AUTOINCREMENT, action TEXT NOT NULL, target INTEGER NOT NULL);
CREATE VIEW pending AS
    SELECT h.topic AS handler_topic, h.id AS handler_id, e.sequence, e.topic, e.id, e.level, e.previous_level,
           datetime(e.time / 1000000000, 'unixepoch') AS time,
           datetime(e.received / 1000000000, 'unixepoch') AS received, e.message
    FROM delivery d JOIN handler h ON h.number = d.key >> 43
    JOIN event e ON e.sequence = d.key & 0x7ffffffffff;
)";

constexpr std::array steps{version_1, version_2};
static_assert(steps.size() == schema_version);

}  // namespace

std::uint64_t sequence_without_file() {
    return (std::uint64_t{1} << (sequence_bits - 1)) + static_cast<std::uint64_t>(wall_clock() / 1'000'000'000) * 1024;
}

void migrate(Database& database, std::int64_t version) {
    const auto found = database.integer("PRAGMA user_version");
    if (found > schema_version)
        throw std::runtime_error{fmt::format(
            "was written by a newer Tocsin (schema {}, this one knows {}): update Tocsin, or name another state-dir",
            found, schema_version)};
    if (found < 0) throw DatabaseError{SQLITE_CORRUPT, fmt::format("its schema is of version {}", found)};
    if (found >= version) return;
    Transaction transaction{database};
    for (auto step = database.integer("PRAGMA user_version"); step < version; ++step)
        database.run(steps.at(static_cast<std::size_t>(step)));
    database.run(fmt::format("PRAGMA user_version = {}", version).c_str());
    transaction.commit();
}

}  // namespace tocsin::core
