#include "spool/salvage.hpp"

#include "base/log.hpp"
#include "spool/schema.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

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
};

/// Copies one table in rising or falling order of its key from `from` on until the end or the first row that cannot be
/// read. Returns the key reached, and whether that was the end.
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
        const auto reached = copy("ASC", "> ?", std::numeric_limits<std::int64_t>::min());
        if (!reached) return;
        // From the other side, then with growing steps through what lies between.
        const auto from_above = copy("DESC", "< ?", std::numeric_limits<std::int64_t>::max());
        if (!from_above) return;
        std::int64_t at = *reached;
        for (std::int64_t step = 1; step < *from_above - at; step *= 2) {
            const auto next = copy("ASC", "> ?", at + step);
            if (!next) return;
            if (*next > at + step) {
                at = *next;
                step = 1;
            }
        }
    }

  private:
    /// Nothing when it came to the end; otherwise the last key that could be read.
    std::optional<std::int64_t> copy(const char* order, const char* beyond, std::int64_t from) {
        auto last = from;
        try {
            auto rows = damaged_.prepare(fmt::format("SELECT {1}, {2} FROM {0} WHERE {1} {3} ORDER BY {1} {4}",
                                                     table_.name, table_.key, table_.columns, beyond, order));
            rows.bind(1, from);
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

/// A damaged page may have lost one and kept the other.
void mend(Database& database) {
    database.run(
        "DELETE FROM delivery WHERE (key & 0x7ffffffffff) NOT IN (SELECT sequence FROM event);"
        "DELETE FROM delivery WHERE (key >> 43) NOT IN (SELECT number FROM handler);"
        "DELETE FROM event WHERE sequence NOT IN (SELECT key & 0x7ffffffffff FROM delivery);"
        "UPDATE event SET deliveries = (SELECT count(*) FROM delivery WHERE (key & 0x7ffffffffff) = sequence)");
}

std::filesystem::path set_aside(const std::filesystem::path& file) {
    auto aside = file;
    aside += fmt::format(".damaged-{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::time(nullptr)));
    for (int i = 2; std::filesystem::exists(aside); ++i) aside = fmt::format("{}-{}", aside.string(), i);
    for (const char* part : {"", "-wal", "-shm"}) {
        auto from = file;
        auto to = aside;
        std::error_code error;
        std::filesystem::rename(from += part, to += part, error);
        if (error && *part == '\0')
            throw std::runtime_error{fmt::format("is damaged and cannot be renamed: {}", error.message())};
    }
    return aside;
}

}  // namespace

Salvaged salvage(const std::filesystem::path& damaged, Store& to) {
    Salvaged salvaged;
    std::uint64_t reserved = 0;
    Transaction transaction{to.database()};
    try {
        Database from{damaged, Database::Open::existing};
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
    mend(to.database());
    const auto highest = to.database().integer("SELECT coalesce(max(sequence), 0) FROM event");
    to.reserve(std::max(reserved, static_cast<std::uint64_t>(highest) + 1));
    transaction.commit();
    return salvaged;
}

std::unique_ptr<Store> open_or_salvage(const std::filesystem::path& file) {
    std::string damage;
    try {
        return std::make_unique<Store>(file);
    } catch (const DatabaseError& error) {
        if (!error.is_damage()) throw;
        damage = error.what();
    }
    const auto aside = set_aside(file);
    auto store = std::make_unique<Store>(file);
    const auto salvaged = salvage(aside, *store);
    log::error("the spool was damaged: it was set aside, and what is readable of it was taken over",
               {{"damage", damage},
                {"set_aside", aside.string()},
                {"deliveries", salvaged.deliveries},
                {"states", salvaged.states},
                {"dead_letters", salvaged.dead_letters}});
    return store;
}

}  // namespace tocsin::core
