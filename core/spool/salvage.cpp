#include "spool/salvage.hpp"

#include "base/log.hpp"
#include "spool/schema.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

struct Table {
    const char* name;
    const char* key;      ///< rises through the table
    const char* columns;  ///< without the key
    int count;            ///< of these
    std::uint64_t Salvaged::*rows;
};

constexpr std::array tables{
    Table{"handler", "number", "topic, id", 2, nullptr},
    Table{"event", "sequence",
          "deliveries, received, topic, id, level, previous_level, time, duration, message, record", 10,
          &Salvaged::events},
    Table{"delivery", "key", "size", 1, &Salvaged::deliveries},
    Table{"state", "rowid", "topic, id, level, previous_level, since, left_ok", 6, &Salvaged::states},
    Table{"dead_letter", "number",
          "died, reason, handler_topic, handler_id, sequence, received, topic, id, level, previous_level, time, "
          "duration, "
          "message, record",
          14, &Salvaged::dead_letters},
    Table{"request", "number", "action, target", 2, nullptr},
};

/// Copies one table, going around what cannot be read.
class TableCopy {
  public:
    TableCopy(Database& damaged, Database& to, const Table& table, Salvaged& salvaged)
        : damaged_{damaged}, table_{table}, salvaged_{salvaged} {
        std::string marks = "?";
        for (int i = 0; i < table.count; ++i) marks += ",?";
        insert_ = to.prepare(
            fmt::format("INSERT OR IGNORE INTO {} ({}, {}) VALUES ({})", table.name, table.key, table.columns, marks));
        to_ = &to;
    }

    void run() {
        const auto reached = copy("ASC", least, most);
        if (!reached) return;
        // From the other side, then with growing steps through what lies between.
        const auto from_above = copy("DESC", least, most);
        if (!from_above) return;
        auto at = *reached;
        std::uint64_t step = 1;
        while (step != 0 && step < distance(at, *from_above)) {
            const auto from = behind(at, step);
            const auto next = copy("ASC", from, most);
            if (next == from) {
                step *= 2;
                continue;
            }
            copy_backwards(behind(at, step / 2), from);
            if (!next) return;
            at = std::max(from, *next);  // a damaged table may not rise
            step = 1;
        }
    }

  private:
    static constexpr auto least = std::numeric_limits<std::int64_t>::min();
    static constexpr auto most = std::numeric_limits<std::int64_t>::max();

    static std::int64_t behind(std::int64_t key, std::uint64_t step) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(key) + step);
    }
    static std::uint64_t distance(std::int64_t low, std::int64_t high) {
        return high < low ? 0 : static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    }

    /// Rows with keys above `low` up to `high`. Nothing when it came to the end; otherwise the last key that could be
    /// read, or where it began.
    std::optional<std::int64_t> copy(const char* order, std::int64_t low, std::int64_t high) {
        auto last = *order == 'A' ? low : high;
        try {
            auto rows =
                damaged_.prepare(fmt::format("SELECT {1}, {2} FROM {0} WHERE {1} > ? AND {1} <= ? ORDER BY {1} {3}",
                                             table_.name, table_.key, table_.columns, order));
            rows.bind(1, low).bind(2, high);
            while (rows.step()) {
                last = rows.integer(0);
                copy_row(rows);
            }
            return std::nullopt;
        } catch (const DatabaseError& error) {
            if (!error.is_damage()) throw;
            return last;
        }
    }

    /// Nothing can be read right behind `damaged`, and everything behind `good` was: looks for where it begins.
    void copy_backwards(std::int64_t damaged, std::int64_t good) {
        while (distance(damaged, good) > 1) {
            const auto middle = behind(damaged, distance(damaged, good) / 2);
            if (copy("ASC", middle, good) == middle)
                damaged = middle;
            else
                good = middle;
        }
    }

    void copy_row(const Statement& row) {
        for (int column = 0; column <= table_.count; ++column) insert_.copy(column + 1, row, column);
        insert_.run();
        if (table_.rows != nullptr) salvaged_.*table_.rows += static_cast<std::uint64_t>(to_->changes());
    }

    Database& damaged_;
    Database* to_;
    const Table& table_;
    Salvaged& salvaged_;
    Statement insert_;
};

/// A damaged page may have lost one and kept the other. Events none of whose handlers is known become dead letters of
/// nobody; returns how many.
std::uint64_t mend(Database& database) {
    // Before anything is deleted: a trigger takes an event away with its last delivery.
    database.run(
        "INSERT INTO dead_letter (died, reason, handler_topic, handler_id, sequence, received, topic, id, level, "
        "previous_level, time, duration, message, record) SELECT strftime('%s', 'now') * 1000000000, "
        "'the spool was damaged: which handlers wait for it is lost', '', '', sequence, received, topic, id, level, "
        "previous_level, time, duration, message, record FROM event WHERE sequence NOT IN "
        "(SELECT key & 0x7ffffffffff FROM delivery WHERE (key >> 43) IN (SELECT number FROM handler))");
    const auto lost = database.changes();
    // The trigger goes by what an event counts.
    database.run(
        "UPDATE event SET deliveries = counted.n FROM (SELECT key & 0x7ffffffffff AS number, count(*) AS n FROM "
        "delivery GROUP BY number) AS counted WHERE counted.number = sequence;"
        "DELETE FROM delivery WHERE (key & 0x7ffffffffff) NOT IN (SELECT sequence FROM event);"
        "DELETE FROM delivery WHERE (key >> 43) NOT IN (SELECT number FROM handler);"
        "DELETE FROM event WHERE sequence NOT IN (SELECT key & 0x7ffffffffff FROM delivery)");
    return static_cast<std::uint64_t>(lost);
}

/// The file and what SQLite keeps beside it.
constexpr std::array parts{"", "-wal", "-shm"};

std::filesystem::path with(std::filesystem::path file, std::string_view end) { return file += end; }

[[noreturn]] void fail(const std::filesystem::path& file, const char* what, const std::error_code& error) {
    throw DatabaseError{SQLITE_IOERR, fmt::format("{} {}: {}", file.string(), what, error.message())};
}

bool is_there(const std::filesystem::path& file) {
    std::error_code error;
    const bool does = std::filesystem::exists(file, error);
    if (error) fail(file, "cannot be looked at", error);
    return does;
}

void move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code error;
    std::filesystem::rename(from, to, error);
    if (error) fail(from, "cannot be renamed", error);
}

void remove_parts(const std::filesystem::path& file) {
    std::error_code error;
    for (const auto* part : parts) {
        std::filesystem::remove(with(file, part), error);
        if (error) fail(with(file, part), "cannot be removed", error);
    }
}

/// The log is to be moved into the file, and SQLite does not tell when it cannot on closing.
void empty_log(Database& database) {
    if (database.integer("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
        throw DatabaseError{SQLITE_BUSY, "the new file is in use by somebody else"};
}

/// Moves what there is of the file and its log out of the way, the file first: that it is missing tells that the new
/// one is complete, and its log would be applied to whatever else has its name.
std::filesystem::path set_aside(const std::filesystem::path& file) {
    const auto name = with(file, fmt::format(".damaged-{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::time(nullptr))));
    auto aside = name;
    const auto is_taken = [&] {
        return std::any_of(parts.begin(), parts.end(), [&](const auto* part) { return is_there(with(aside, part)); });
    };
    for (int i = 2; is_taken(); ++i) aside = with(name, fmt::format("-{}", i));
    for (const auto* part : parts)
        if (is_there(with(file, part))) move_file(with(file, part), with(aside, part));
    return aside;
}

}  // namespace

Salvaged salvage(const std::filesystem::path& damaged, Store& to) {
    Salvaged salvaged;
    std::uint64_t reserved = 0;
    Transaction transaction{to.database()};
    try {
        Database from{damaged, Database::Open::existing};
        from.run("PRAGMA writable_schema = ON");  // otherwise nothing is read of a file that was cut
        for (const auto& table : tables) {
            try {
                TableCopy{from, to.database(), table, salvaged}.run();
            } catch (const DatabaseError& error) {
                if (!error.is_damage() && !error.is_misuse()) throw;
            }
        }
        reserved = static_cast<std::uint64_t>(from.integer("SELECT value FROM meta WHERE name = 'reserved'"));
    } catch (const DatabaseError& error) {
        if (!error.is_damage() && !error.is_misuse()) throw;
    }
    salvaged.dead_letters += mend(to.database());
    const auto highest =
        static_cast<std::uint64_t>(to.database().integer("SELECT coalesce(max(sequence), 0) FROM event"));
    if (reserved == 0 || reserved > last_sequence / 4 * 3) reserved = sequence_without_file();
    to.reserve(std::max(reserved, highest + 1));
    transaction.commit();
    return salvaged;
}

std::unique_ptr<Store> open_or_salvage(const std::filesystem::path& file, std::string& damage) {
    // What was salvaged stands here until it is complete and the damaged file is out of the way.
    const auto fresh = with(file, ".new");
    if (!is_there(file) && is_there(fresh)) {
        set_aside(file);
        move_file(fresh, file);
        damage.clear();
        log::error("the spool was damaged: what is readable of it was taken over before the last stop",
                   {{"file", file.string()}});
    }
    if (damage.empty()) {
        try {
            return std::make_unique<Store>(file);
        } catch (const DatabaseError& found) {
            // It was made by nobody else: a table that is missing, or there already, is damage too.
            if (!found.is_damage() && !found.is_misuse()) throw;
            damage = found.what();
        }
    }
    remove_parts(fresh);
    Salvaged salvaged;
    {
        Store store{fresh};
        salvaged = salvage(file, store);
        empty_log(store.database());
    }
    if (is_there(with(fresh, "-wal"))) throw DatabaseError{SQLITE_FULL, "the log of the new file cannot be closed"};
    const auto aside = set_aside(file);
    move_file(fresh, file);
    log::error("the spool was damaged: it was set aside, and what is readable of it was taken over",
               {{"damage", damage},
                {"set_aside", aside.string()},
                {"deliveries", salvaged.deliveries},
                {"states", salvaged.states},
                {"dead_letters", salvaged.dead_letters}});
    damage.clear();
    return std::make_unique<Store>(file);
}

}  // namespace tocsin::core
