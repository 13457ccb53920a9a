#include "spool/verify.hpp"

#include "spool/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <limits>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t most_of_a_sort = 20;

/// The faults of one sort.
class Sort {
  public:
    explicit Sort(std::vector<std::string>& out) : out_{out} {}
    ~Sort() {
        if (count_ > most_of_a_sort) out_.push_back(fmt::format("... and {} more", count_ - most_of_a_sort));
    }
    Sort(const Sort&) = delete;
    Sort& operator=(const Sort&) = delete;

    void add(std::string fault) {
        if (++count_ <= most_of_a_sort) out_.push_back(std::move(fault));
    }

  private:
    std::vector<std::string>& out_;
    std::size_t count_ = 0;
};

/// Each finds rows that do not belong together, and says in words what its first columns, two at most, mean.
struct Rule {
    const char* sql;
    const char* words;
};
constexpr std::array rules{
    Rule{"SELECT key & 0x7ffffffffff, key >> 43 FROM delivery "
         "WHERE (key & 0x7ffffffffff) NOT IN (SELECT sequence FROM event)",
         "delivery of event {} by handler number {}: the event is missing"},
    Rule{"SELECT key & 0x7ffffffffff, key >> 43 FROM delivery WHERE (key >> 43) NOT IN (SELECT number FROM handler)",
         "delivery of event {}: there is no handler number {}"},
    Rule{"SELECT sequence, deliveries, (SELECT count(*) FROM handler h JOIN delivery d "
         "ON d.key = (h.number << 43 | e.sequence)) AS found FROM event e WHERE deliveries != found",
         "event {}: it counts {} deliveries and has {}"},
    Rule{"SELECT sequence, value FROM event, meta WHERE name = 'reserved' AND sequence >= value",
         "event {}: its number is not below {}, up to which numbers were given out"},
};

void check_rules(Database& database, std::vector<std::string>& faults) {
    for (const auto& rule : rules) {
        Sort sort{faults};
        auto rows = database.prepare(rule.sql);
        while (rows.step())
            sort.add(fmt::format(fmt::runtime(rule.words), rows.integer(0), rows.integer(1), rows.integer(2)));
    }
}

void check_pages(Database& database, std::vector<std::string>& faults) {
    Sort sort{faults};
    auto rows = database.prepare("PRAGMA integrity_check");
    while (rows.step())
        if (rows.text(0) != "ok") sort.add(fmt::format("the file: {}", rows.text(0)));
}

void check_deliveries(Store& store, Verified& found) {
    Sort sort{found.faults};
    for (const auto& kept : store.handlers())
        store.read(kept.number, 0, std::numeric_limits<std::int64_t>::max(), [&](const KeptDelivery& delivery) {
            ++found.deliveries;
            if (!delivery.event)
                sort.add(fmt::format("event {}: it cannot be read (handler {}/{})", delivery.sequence,
                                     kept.handler.topic, kept.handler.id));
            return true;
        });
}

void check_dead_letters(Store& store, Verified& found) {
    Sort sort{found.faults};
    store.read_dead_letters(std::numeric_limits<std::int64_t>::min(), [&](const DeadLetter& letter) {
        ++found.dead_letters;
        if (!letter.event) sort.add(fmt::format("dead letter {}: it cannot be read", letter.number));
        return true;
    });
}

}  // namespace

Verified verify(Store& store) {
    Verified found;
    auto& database = store.database();
    database.run("BEGIN");
    const auto check = [&](const auto& part) {
        try {
            part();
        } catch (const DatabaseError& error) {
            if (!error.is_damage()) throw;
            found.faults.push_back(fmt::format("the file: {}", error.what()));
        }
    };
    check([&] { check_pages(database, found.faults); });
    check([&] { check_rules(database, found.faults); });
    check([&] { check_deliveries(store, found); });
    check([&] { check_dead_letters(store, found); });
    check([&] { found.events = static_cast<std::uint64_t>(database.integer("SELECT count(*) FROM event")); });
    database.run("ROLLBACK");
    return found;
}

}  // namespace tocsin::core
