#include "spool/schema.hpp"

#include "spool/store.hpp"
#include "spool/test_spool.hpp"

#include <string>

using namespace tocsin::core;

namespace {

/// Rows of a file of version 1: two deliveries of one event, a state, a dead letter, and the numbers given out.
constexpr const char* rows = R"(
INSERT INTO meta VALUES ('reserved', 5000);
INSERT INTO handler VALUES (1, 'a*', 'one'), (2, 'b', 'two');
INSERT INTO event VALUES (7, 2, 70, 'alerts', 'id', 3, 1, 60, 50, 'message', x'01000000000000');
INSERT INTO delivery VALUES ((1 << 43) | 7, 300), ((2 << 43) | 7, 300);
INSERT INTO state VALUES ('alerts', 'id', 3, 1, 60, 10);
INSERT INTO dead_letter VALUES (9, 80, 'expired', 'a*', 'one', 6, 65, 'alerts', 'old', 2, 0, 55, 5, 'gone', x'01000000000000');
)";

}  // namespace

TEST_CASE("a file of every older version is brought to the newest with all its rows") {
    for (std::int64_t version = 1; version < schema_version; ++version) {
        INFO(version);
        const SpoolFolder folder;
        {
            Database old{folder.file(), Database::Open::create};
            migrate(old, version);
            REQUIRE(old.integer("PRAGMA user_version") == version);
            old.run(rows);
        }
        Store store{folder.file()};
        CHECK(store.database().integer("PRAGMA user_version") == schema_version);
        CHECK(store.reserved() == 5000);
        const auto handlers = store.handlers();
        REQUIRE(handlers.size() == 2);
        CHECK(handlers[1].handler == HandlerName{"b", "two"});
        for (const auto& handler : handlers) {
            CHECK(handler.deliveries == 1);
            CHECK(handler.bytes == 300);
            std::size_t read = 0;
            store.read(handler.number, 0, 10, [&](const KeptDelivery& kept) {
                ++read;
                REQUIRE(kept.event);
                CHECK(kept.sequence == 7);
                CHECK(kept.received == 70);
                CHECK(kept.event->message() == "message");
                CHECK(kept.event->duration() == 50);
                return true;
            });
            CHECK(read == 1);
        }
        REQUIRE(store.states().size() == 1);
        CHECK(store.states()[0].left_ok == 10);
        const auto letter = store.dead_letter(9);
        REQUIRE(letter.event);
        CHECK(letter.reason == "expired");
        CHECK(letter.event->message() == "gone");
        CHECK(store.requests(0, 1000).empty());
        CHECK(store.database().integer("SELECT count(*) FROM pending") == 2);
    }
}

TEST_CASE("opening a file of the newest version changes nothing of it") {
    const SpoolFolder folder;
    { const Store made{folder.file()}; }
    Database database{folder.file(), Database::Open::existing};
    const auto cookie = database.integer("PRAGMA schema_version");
    { const Store again{folder.file()}; }
    CHECK(database.integer("PRAGMA schema_version") == cookie);
}

TEST_CASE("a file of a newer version is refused with words, and is left as it is") {
    const SpoolFolder folder;
    {
        Database database{folder.file(), Database::Open::create};
        database.run("CREATE TABLE of_the_future (x); PRAGMA user_version = 999");
    }
    const auto words = words_of([&] { const Store store{folder.file()}; });
    for (const auto* part : {"newer Tocsin", "999", "state-dir"}) CHECK(words.find(part) != std::string::npos);
    Database database{folder.file(), Database::Open::existing};
    CHECK(database.integer("PRAGMA user_version") == 999);
    CHECK(database.integer("SELECT count(*) FROM sqlite_master") == 1);

    const auto of_spool = words_of([&] { const Spool spool{TestSpool::settings(folder)}; });
    CHECK(of_spool.find("newer Tocsin") != std::string::npos);
    CHECK(folder.files_with("damaged") == 0);
}

TEST_CASE("a migration that fails leaves the file at its version") {
    const SpoolFolder folder;
    {
        Database old{folder.file(), Database::Open::create};
        migrate(old, 1);
        old.run(rows);
        old.run("CREATE VIEW pending AS SELECT 1");  // the last step's last statement cannot be carried out
    }
    CHECK_THROWS_AS(Store{folder.file()}, DatabaseError);
    Database database{folder.file(), Database::Open::existing};
    CHECK(database.integer("PRAGMA user_version") == 1);
    CHECK(database.integer("SELECT count(*) FROM sqlite_master WHERE name = 'request'") == 0);
    CHECK(database.integer("SELECT count(*) FROM delivery") == 2);
}

TEST_CASE("a version that no release has written is damage") {
    const SpoolFolder folder;
    {
        Database database{folder.file(), Database::Open::create};
        database.run("PRAGMA user_version = -3");
    }
    try {
        const Store store{folder.file()};
        FAIL("it was opened");
    } catch (const DatabaseError& error) {
        CHECK(error.is_damage());
    }
}
