#include "spool/spool.hpp"

#include "spool/test_spool.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

/// Longer than any test takes.
constexpr auto no_tick = 10min;

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("what has ended before its tick is never written, and the rest is") {
    const SpoolFolder folder;
    std::uint64_t kept = 0;
    {
        TestSpool test{folder, no_tick};
        auto& account = test.spool.account({"t", "h"});
        auto& other = test.spool.account({"t", "other"});
        test.spool.start(test);
        for (int i = 0; i < 10; ++i) {
            const auto entry = test.offer("done", {&account});
            test.spool.ended(entry, 0, Outcome::delivered, {});
        }
        const auto half = test.offer("half", {&account, &other});
        test.spool.ended(half, 0, Outcome::delivered, {});
        kept = half->event->sequence();
        test.spool.stop();
        CHECK(test.spool.counters().written.value() == 1);
        CHECK(account.unwritten == 0);
        CHECK(other.unwritten == 0);
    }
    const Contents contents{folder};
    CHECK(contents.sequences == std::vector<std::uint64_t>{kept});
    CHECK(contents.ids == Ids{"half"});
}

TEST_CASE("an event that has not ended is written within the tick, and leaves when its last delivery has ended") {
    const SpoolFolder folder;
    TestSpool test{folder};
    auto& account = test.spool.account({"t", "h"});
    auto& other = test.spool.account({"t", "other"});
    test.spool.start(test);
    const auto entry = test.offer("x", {&account, &other});
    test.wait_for_commit_of(entry);
    CHECK(account.unwritten == 0);
    CHECK(test.in_file(account) == std::vector{entry->event->sequence()});
    test.spool.ended(entry, 0, Outcome::delivered, {});
    CHECK(wait_for([&] { return test.in_file(account).empty(); }));
    CHECK(test.in_file(other).size() == 1);
    test.spool.ended(entry, 1, Outcome::dropped, {});
    test.spool.ended(entry, 1, Outcome::dead, "too late to be one");
    CHECK(wait_for([&] { return test.in_file(other).empty(); }));
    test.spool.stop();
    CHECK(Contents{folder}.dead.empty());
    Database file{folder.file(), Database::Open::existing};
    CHECK(file.integer("SELECT count(*) FROM event") == 0);
}

TEST_CASE("a token comes back once: never before the commit, and not before the end when nothing is written") {
    const SpoolFolder folder;
    SUBCASE("at the end, when that comes first") {
        TestSpool test{folder, no_tick};
        auto& account = test.spool.account({"t", "h"});
        auto& other = test.spool.account({"t", "other"});
        test.spool.start(test);
        std::atomic<int> safe{0};
        const auto entry = test.offer("x", {&account, &other}, {.when_safe = [&] { ++safe; }});
        test.spool.ended(entry, 0, Outcome::delivered, {});
        test.spool.run([] {});
        CHECK(safe == 0);
        test.spool.ended(entry, 1, Outcome::delivered, {});
        CHECK(safe == 1);
        test.spool.ended(entry, 1, Outcome::delivered, {});
        test.spool.stop();
        CHECK(safe == 1);
    }
    SUBCASE("at the commit, when that comes first") {
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        std::atomic<int> safe{0};
        std::atomic<std::int64_t> in_file_then{0};
        const auto entry = test.offer("x", {&account}, {.when_safe = [&] {
                                          Database file{folder.file(), Database::Open::read_only};
                                          in_file_then = file.integer("SELECT count(*) FROM delivery");
                                          ++safe;
                                      }});
        CHECK(wait_for([&] { return safe == 1; }));
        CHECK(in_file_then == 1);
        test.spool.ended(entry, 0, Outcome::delivered, {});
        test.spool.stop();
        CHECK(safe == 1);
    }
    SUBCASE("with its dead letter in the file") {
        TestSpool test{folder, no_tick};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        std::atomic<int> safe{0};
        const auto entry = test.offer("x", {&account}, {.when_safe = [&] { ++safe; }});
        test.spool.ended(entry, 0, Outcome::dead, "no such topic");
        test.spool.run([] {});
        CHECK(safe == 0);
        test.spool.stop();
        CHECK(safe == 1);
        CHECK(Contents{folder}.dead == Ids{"h x: no such topic"});
    }
    SUBCASE("with its state in the file, when no handler wants it") {
        TestSpool test{folder};
        test.spool.start(test);
        std::atomic<int> safe{0};
        std::atomic<std::int64_t> in_file_then{0};
        test.offer("x", {}, {.level = Level::critical, .held = true, .when_safe = [&] {
                                 Database file{folder.file(), Database::Open::read_only};
                                 in_file_then = file.integer("SELECT count(*) FROM state");
                                 ++safe;
                             }});
        CHECK(wait_for([&] { return safe == 1; }));
        CHECK(in_file_then == 1);
    }
}

TEST_CASE("events that were held are released in order once the states before them are committed") {
    const SpoolFolder folder;
    TestSpool test{folder, 20ms};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    std::uint64_t last = 0;
    Ids offered;
    for (int i = 0; i < 30; ++i) {
        offered.push_back("x" + std::to_string(i));
        const bool changes = i % 3 == 0;
        last = test.offer(offered.back(), {&account}, {.level = changes ? Level::critical : Level::ok, .held = true})
                   ->event->sequence();
    }
    CHECK(test.spool.released() < last);
    CHECK(wait_for([&] { return test.released_ids().size() == offered.size(); }));
    CHECK(test.released_ids() == offered);
    CHECK(test.spool.released() == last);
    CHECK(test.spool.states().size() == 10);
}

TEST_CASE("nothing is released before the commit") {
    const SpoolFolder folder;
    TestSpool test{folder, no_tick};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    test.offer("x", {&account}, {.level = Level::critical, .held = true});
    test.offer("x", {&account}, {.level = Level::critical, .previous = Level::critical, .held = true});
    test.spool.poke();
    test.spool.run([] {});
    CHECK(test.released_ids().empty());
    test.spool.stop();
    CHECK(test.released_ids() == Ids{"x", "x"});
    CHECK(Contents{folder}.states.size() == 1);
}

TEST_CASE("while one who owes the spool a notice is busy elsewhere, what others bring is written all the same") {
    const SpoolFolder folder;
    TestSpool test{folder};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    const auto offer_quietly = [&](std::string_view id) {
        auto entry =
            std::make_shared<Entry>(spool_event(id, test.spool.next_sequence()), 7, std::chrono::steady_clock::now());
        entry->set_slots({{.account = &account}});
        return std::pair{entry, test.spool.offer_quietly(entry)};
    };
    bool is_dead_letter = false;
    SUBCASE("a second event") {}
    SUBCASE("a dead letter") { is_dead_letter = true; }
    // By itself the spool looks around once a second; what is written in between was noticed.
    bool was_noticed = false;
    for (int attempt = 0; attempt < 20 && !was_noticed; ++attempt) {
        const int before = test.looks;
        REQUIRE(wait_for([&] { return test.looks != before; }));
        const auto looks = test.looks.load();
        EntryPtr first;
        while (true) {
            const auto [entry, owes_notice] = offer_quietly("first");
            first = entry;
            if (owes_notice) break;
            test.spool.ended(entry, 0, Outcome::delivered, {});
        }
        if (is_dead_letter) {
            test.spool.ended(first, 0, Outcome::dead, "no");
            REQUIRE(wait_for([&] { return first->state(0) == Entry::State::ended; }));
        } else {
            const auto second = offer_quietly("second").first;
            REQUIRE(wait_for([&] { return second->state(0) == Entry::State::written; }));
            test.spool.ended(second, 0, Outcome::delivered, {});
            test.spool.ended(first, 0, Outcome::delivered, {});
        }
        // The look that may have come with it is over then.
        test.spool.run([] {});
        was_noticed = test.looks == looks;
    }
    CHECK(was_noticed);
}

TEST_CASE("sequence numbers never repeat, and rise from start to start") {
    const SpoolFolder folder;
    std::uint64_t last = 0;
    for (int i = 0; i < 5; ++i) {
        Spool spool{TestSpool::settings(folder)};
        for (int j = 0; j < 1000; ++j) {
            const auto next = spool.next_sequence();
            CHECK(next > last);
            last = next;
        }
    }
}

TEST_CASE("when all numbers that were reserved are given out, the source is told once there are more") {
    const SpoolFolder folder;
    TestSpool test{folder};
    std::uint64_t last = 0;
    while (const auto next = test.spool.next_sequence()) last = next;
    CHECK(last >= 1'000'000);
    test.spool.start(test);
    CHECK(wait_for([&] { return test.rooms == 1; }));
    CHECK(test.spool.next_sequence() == last + 1);
}

TEST_CASE("the intake is full at its limit, and tells once when half of it is free") {
    const SpoolFolder folder;
    auto settings = TestSpool::settings(folder, no_tick);
    SUBCASE("of events") { settings.most_in_intake = 10; }
    SUBCASE("of bytes") { settings.most_bytes_in_intake = 10 * (spool_event("x", 1)->size() + Entry::overhead) - 1; }
    TestSpool test{settings};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    std::vector<EntryPtr> entries;
    while (!test.spool.is_full()) entries.push_back(test.offer("x", {&account}));
    CHECK(entries.size() == 10);
    for (int i = 0; i < 5; ++i) test.spool.ended(entries[static_cast<std::size_t>(i)], 0, Outcome::delivered, {});
    test.spool.run([] {});
    CHECK(test.rooms == 0);
    test.spool.ended(entries[5], 0, Outcome::delivered, {});
    CHECK(wait_for([&] { return test.rooms == 1; }));
    CHECK_FALSE(test.spool.is_full());
    CHECK(test.spool.in_intake() == 4);
    test.spool.stop();
    CHECK(test.rooms == 1);
    CHECK(test.spool.in_intake() == 0);
}

TEST_CASE("a second spool in the same folder is refused with words, whichever process it is in") {
    const SpoolFolder folder;
    {
        const Spool first{TestSpool::settings(folder)};
        const auto words = words_of([&] { const Spool second{TestSpool::settings(folder)}; });
        CHECK(words.find("in use by another Tocsin") != std::string::npos);
    }
    CHECK(words_of([&] { const Spool second{TestSpool::settings(folder)}; }).empty());
}

TEST_CASE("a folder that cannot be made is told") {
    const SpoolFolder folder;
    std::ofstream{folder.path / "file"} << "x";
    auto settings = TestSpool::settings(folder);
    settings.folder /= "file/below";
    CHECK(words_of([&] { const Spool spool{settings}; }).find("cannot be made") != std::string::npos);
}

TEST_CASE("without a folder everything stays in memory and nothing is held back") {
    TestSpool test{Spool::Settings{}};
    CHECK_FALSE(test.spool.is_durable());
    CHECK_FALSE(test.spool.is_healthy());
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    int safe = 0;
    const auto entry = test.offer("x", {&account}, {.when_safe = [&] { ++safe; }});
    CHECK(safe == 0);
    test.spool.ended(entry, 0, Outcome::dead, "no");
    CHECK(safe == 1);
    CHECK_FALSE(test.spool.is_full());
    CHECK(test.spool.kept().empty());
}

TEST_CASE("requests of other processes are handed over once and removed") {
    const SpoolFolder folder;
    TestSpool test{folder};
    test.spool.start(test);
    {
        Store other{folder.file()};
        other.add_request("requeue", 5);
        other.add_request("drop", 6);
    }

    CHECK(wait_for([&] {
        const std::scoped_lock lock{test.mutex};
        return test.requests.size() == 2;
    }));
    CHECK(wait_for([&] { return Store{folder.file()}.requests(0, 1000).empty(); }));
    test.spool.stop();
    CHECK(test.requests.size() == 2);
    CHECK(test.requests[0].action == "requeue");
    CHECK(test.requests[1].target == 6);
}
