#include "spool/salvage.hpp"

#include "spool/test_spool.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t events = 400;

/// A folder with so many deliveries, as many states, and dead letters, in one file without a log.
void make(const SpoolFolder& folder) {
    {
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        const std::string message(500, 'm');
        for (std::uint64_t i = 0; i < events; ++i)
            test.offer("id" + std::to_string(i), {&account},
                       {.level = Level::critical, .message = "id" + std::to_string(i) + ":" + message});
        for (int i = 0; i < 50; ++i)
            test.spool.ended(test.offer("dead" + std::to_string(i), {&account}, {.message = message}), 0, Outcome::dead,
                             "no");
    }
    REQUIRE(folder.files_with("-wal") == 0);
    REQUIRE(Contents{folder}.sequences.size() == events);
}

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

/// The program's way with the folder: everything that is kept is read and ended, and one more event is kept. Returns
/// how many deliveries were read.
std::size_t run_on(const SpoolFolder& folder) {
    std::set<std::uint64_t> seen;
    {
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        test.spool.bury_unknown_handlers();
        test.spool.kept();
        test.spool.states();
        test.spool.start(test);
        CHECK(wait_for([&] {
            bool through = false;
            std::vector<std::uint64_t> damaged;
            test.spool.run([&] {
                through = test.spool.read(account, 0, 100'000, [&](const KeptDelivery& kept) {
                    if (kept.event)
                        seen.insert(kept.sequence);
                    else
                        damaged.push_back(kept.sequence);
                    return true;
                });
                for (const auto one : damaged) test.spool.remove(account, one);
            });
            return through && test.spool.is_healthy();
        }));
        const auto entry = test.offer("new", {&account});
        CHECK(wait_for([&] { return test.spool.is_healthy() && test.spool.in_intake() == 0; }));
        CHECK(seen.count(entry->event->sequence()) == 0);
    }
    const Contents after{folder};
    CHECK(std::find(after.ids.begin(), after.ids.end(), "new") != after.ids.end());
    return seen.size();
}

}  // namespace

TEST_CASE("a file that is no database is set aside, and the spool goes on with a new one") {
    for (const auto& bytes : {std::string{"this is a text\n"}, std::string(5000, '\0'), std::string(5000, 'x'),
                              std::string{"SQLite format 3"} + std::string(4000, '\xff')}) {
        const SpoolFolder folder;
        write(folder.file(), bytes);
        CHECK(run_on(folder) == 0);
        REQUIRE(folder.files_with("damaged") == 1);
        for (const auto& entry : std::filesystem::directory_iterator{folder.path})
            if (entry.path().string().find("damaged") != std::string::npos) CHECK(bytes_of(entry.path()) == bytes);
    }
}

TEST_CASE("an empty file is a new one") {
    const SpoolFolder folder;
    write(folder.file(), "");
    CHECK(run_on(folder) == 0);
    CHECK(folder.files_with("damaged") == 0);
}

TEST_CASE("two damaged files of the same second are both kept") {
    const SpoolFolder folder;
    for (int i = 0; i < 3; ++i) {
        write(folder.file(), "text");
        const Spool spool{TestSpool::settings(folder)};
    }
    CHECK(folder.files_with("damaged") == 3);
}

TEST_CASE("of a file that was cut in half everything before the cut is taken over") {
    const SpoolFolder folder;
    make(folder);
    std::filesystem::resize_file(folder.file(), std::filesystem::file_size(folder.file()) / 2);
    const auto read = run_on(folder);
    // Of some events it is no longer known who wants them.
    const auto dead = Contents{folder}.dead;
    const auto orphans =
        static_cast<std::size_t>(std::count_if(dead.begin(), dead.end(), [](const std::string& letter) {
            return letter.find("the spool was damaged") != std::string::npos;
        }));
    CHECK(read + orphans > events / 10);
    CHECK(folder.files_with("damaged") == 1);
}

TEST_CASE("whatever page is overwritten, the spool goes on, and almost everything elsewhere is taken over") {
    const SpoolFolder made;
    make(made);
    const auto whole = bytes_of(made.file());
    constexpr std::size_t page = 4096;
    const auto pages = whole.size() / page;
    REQUIRE(pages > 20);
    std::mt19937 random{7};
    std::size_t good = 0;
    std::size_t tried = 0;
    for (std::size_t at = 0; at < pages; at += 1 + pages / 6) {
        INFO("page " << at << " of " << pages);
        auto bytes = whole;
        for (std::size_t i = 0; i < page; ++i) bytes[at * page + i] = static_cast<char>(random());
        const SpoolFolder folder;
        write(folder.file(), bytes);
        const auto read = run_on(folder);
        ++tried;
        if (read >= events * 9 / 10) ++good;
    }
    // Roots and the pages of the schema take their tables with them.
    CHECK(good >= tried / 2);
}

TEST_CASE("flipped bytes all over a file: the spool goes on") {
    const SpoolFolder made;
    make(made);
    const auto whole = bytes_of(made.file());
    std::mt19937 random{11};
    for (int round = 0; round < 12; round += 2) {
        auto bytes = whole;
        for (int i = 0; i < 1 << round; ++i)
            bytes[100 + random() % (bytes.size() - 100)] ^= static_cast<char>(1U << random() % 8);
        INFO(round);
        const SpoolFolder folder;
        write(folder.file(), bytes);
        run_on(folder);
    }
}

TEST_CASE("rows around a damaged page are taken over from both sides, and from between two of them") {
    const SpoolFolder folder;
    const SpoolFolder other;
    make(folder);
    {
        Database file{folder.file(), Database::Open::existing};
        file.run("VACUUM");
    }
    auto bytes = bytes_of(folder.file());
    const auto find = [&](const std::string& id) { return bytes.find(id) / 4096; };
    const auto first = find("id100:m");
    const auto second = find("id300:m");
    REQUIRE(first != second);
    for (const auto page : {first, second})
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\xff');
    write(other.file(), bytes);

    const SpoolFolder target;
    Store to{target.file()};
    const auto salvaged = salvage(other.file(), to);
    CHECK(salvaged.events >= events - 2 * 8);
    CHECK(salvaged.deliveries == events);
    CHECK(salvaged.states == events);
    CHECK(salvaged.dead_letters == 50);
    CHECK(to.reserved() > 1'000'000);
    std::set<std::string> ids;
    to.read(1, 0, 10'000, [&](const KeptDelivery& kept) {
        REQUIRE(kept.event);
        ids.emplace(kept.event->id());
        return true;
    });
    CHECK(ids.size() == salvaged.events);
    for (const auto* id : {"id0", "id200", "id399"}) CHECK(ids.contains(id));
    CHECK(to.database().integer("SELECT count(*) FROM event WHERE deliveries <> 1") == 0);
}

TEST_CASE("events whose handlers are lost become dead letters; one with a handler that is known keeps that delivery") {
    const SpoolFolder folder;
    std::vector<std::uint64_t> both;
    {
        TestSpool test{folder};
        auto& known = test.spool.account({"t", "known"});
        auto& lost = test.spool.account({"t", "lost"});
        test.spool.start(test);
        for (int i = 0; i < 10; ++i) test.offer("lost", {&lost});
        for (int i = 0; i < 10; ++i) both.push_back(test.offer("both", {&known, &lost})->event->sequence());
    }
    std::size_t orphans = 0;
    bool miscounts = false;
    SUBCASE("one handler") { orphans = 10; }
    SUBCASE("one handler, and the events count too few deliveries") {
        orphans = 10;
        miscounts = true;
    }
    SUBCASE("all handlers") {
        orphans = 20;
        both.clear();
    }
    {
        Database file{folder.file(), Database::Open::existing};
        file.run(both.empty() ? "DELETE FROM handler" : "DELETE FROM handler WHERE id = 'lost'");
        if (miscounts) file.run("UPDATE event SET deliveries = 1");
    }
    const SpoolFolder target;
    Store to{target.file()};
    const auto salvaged = salvage(folder.file(), to);
    CHECK(salvaged.dead_letters == orphans);
    const Contents contents{target};
    CHECK(contents.sequences == both);
    CHECK(contents.dead.size() == orphans);
    for (const auto& letter : contents.dead) CHECK(letter.find("which handlers wait for it") != std::string::npos);
    CHECK(static_cast<std::size_t>(to.database().integer("SELECT count(*) FROM event")) == both.size());
    CHECK(to.database().integer("SELECT count(*) FROM event WHERE deliveries <> 1") == 0);
}

TEST_CASE("what `tocsin spool` has asked for is taken over, with its number; a file of version 1 has no such table") {
    const SpoolFolder folder;
    const SpoolFolder target;
    {
        Store from{folder.file()};
        for (const auto* action : {"requeue", "drop", "drop"}) from.add_request(action, 5);
        from.remove_request(1);
    }
    SUBCASE("version 2") {
        Store to{target.file()};
        salvage(folder.file(), to);
        const auto requests = to.requests(0, 10);
        REQUIRE(requests.size() == 2);
        CHECK(requests[0].number == 2);
        CHECK(requests[0].action == "drop");
        CHECK(requests[1].target == 5);
    }
    SUBCASE("version 1") {
        Database{folder.file(), Database::Open::existing}.run("DROP TABLE request");
        Store to{target.file()};
        salvage(folder.file(), to);
        CHECK(to.requests(0, 10).empty());
    }
}

TEST_CASE("a kill while the damaged file is replaced: its log is never applied to the new one") {
    // A file as a kill leaves it, with a log, whose rows are not those of the new one.
    const SpoolFolder left;
    const SpoolFolder old;
    {
        Store store{old.file()};
        for (std::uint64_t i = 1; i <= events; ++i)
            store.add_event(*spool_event("old", i, Level::ok, Level::ok, std::string(500, 'o')), 7, 1);
        for (const auto* part : {"", "-wal", "-shm"})
            std::filesystem::copy_file(old.file() += part, left.file() += part);
    }
    REQUIRE(std::filesystem::file_size(left.file() += "-wal") > 100'000);
    const SpoolFolder fresh;
    make(fresh);

    // The file goes first, then its log; the new one takes its name last.
    for (const auto& gone : std::vector<std::vector<const char*>>{{""}, {"", "-wal"}, {"", "-wal", "-shm"}}) {
        const SpoolFolder folder;
        for (const auto* part : {"", "-wal", "-shm"}) {
            auto to = folder.file();
            if (std::find(gone.begin(), gone.end(), std::string_view{part}) != gone.end())
                to += std::string{".damaged-20200101T000000Z"};
            std::filesystem::copy_file(left.file() += part, to += part);
        }
        std::filesystem::copy_file(fresh.file(), folder.file() += ".new");
        {
            std::string damage = gone.size() == 2 ? "found by this process" : "";
            const auto store = open_or_salvage(folder.file(), damage);
            auto check = store->database().prepare("PRAGMA integrity_check");
            REQUIRE(check.step());
            CHECK(check.text(0) == "ok");
            CHECK(store->database().integer("SELECT count(*) FROM event WHERE id = 'old'") == 0);
        }
        CHECK(Contents{folder}.sequences.size() == events);
        CHECK(Contents{folder}.dead.size() == 50);
        CHECK(folder.files_with(".new") == 0);
        CHECK(folder.files_with("damaged") == 3);
        // Nothing of the damaged one is thrown away.
        for (const auto* part : {"-wal", "-shm"}) {
            std::size_t kept = 0;
            for (const auto& entry : std::filesystem::directory_iterator{folder.path})
                if (entry.path().string().find("damaged") != std::string::npos && entry.path().string().ends_with(part))
                    kept += bytes_of(entry.path()) == bytes_of(left.file() += part) ? 1U : 0U;
            CHECK(kept == 1);
        }
        CHECK(run_on(folder) == events);
    }
}

TEST_CASE("a disk too small for the new file: the damaged one stays until there is room, and nothing is lost") {
    const SpoolFolder made;
    make(made);
    const auto bytes = std::filesystem::file_size(made.file());
    const SpoolFolder folder;
    int failures = 0;
    auto room = bytes + 4096;
    const auto replace = [&](const TestDisk& disk) {
        INFO(room << " bytes for a file of " << bytes);
        std::filesystem::copy_file(made.file(), folder.file());
        std::string damage = "found by a test";
        try {
            open_or_salvage(folder.file(), damage);
        } catch (const DatabaseError& error) {
            ++failures;
            CHECK_FALSE(error.is_damage());
            disk.resize(10 * bytes);
            CHECK(words_of([&] { open_or_salvage(folder.file(), damage); }).empty());
        }
        CHECK(damage.empty());
        CHECK(folder.files_with("damaged") == 1);
        CHECK(folder.files_with(".new") == 0);
        disk.resize(10 * bytes);
        CHECK(Contents{folder}.sequences.size() == events);
        CHECK(Contents{folder}.states.size() == events);
        CHECK(Contents{folder}.dead.size() == 50);
    };
    for (; room < 4 * bytes; room += bytes / 25)
        if (!with_disk(folder, room, replace)) return;
    CHECK(failures > 10);
}
