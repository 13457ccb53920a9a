#include "spool/test_spool.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

using Ids = std::vector<std::string>;

/// Offers events until it is killed, and tells through `told` the number of each that is safe, as 8 bytes.
[[noreturn]] void offer_forever(const SpoolFolder& folder, int told) {
    TestSpool test{folder};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    while (true) {
        const auto sequence = std::make_shared<std::uint64_t>(0);
        const auto tell = [=] {
            if (::write(told, sequence.get(), sizeof *sequence) != sizeof *sequence) ::_exit(1);
        };
        // The number is known only after the offer: the spool's own lock stands between them.
        auto entry = std::make_shared<Entry>(spool_event("x", *sequence = test.spool.next_sequence()), 7,
                                             std::chrono::steady_clock::now());
        entry->when_safe = tell;
        entry->set_slots({{.account = &account}});
        test.spool.offer(std::move(entry));
        std::this_thread::sleep_for(20us);
    }
}

}  // namespace

TEST_CASE("a kill at any moment loses nothing that was safe, and no number is given out twice") {
    const SpoolFolder folder;
    std::set<std::uint64_t> safe;
    std::uint64_t highest = 0;
    for (int round = 0; round < 5; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(ends[0]);
            offer_forever(folder, ends[1]);
        }
        ::close(ends[1]);
        const auto wanted = safe.size() + 50 + static_cast<std::size_t>(round) * 37;
        std::uint64_t number = 0;
        bool killed = false;
        while (::read(ends[0], &number, sizeof number) == sizeof number) {
            CHECK(safe.insert(number).second);
            CHECK(number > highest);
            if (safe.size() >= wanted && !std::exchange(killed, true)) ::kill(child, SIGKILL);
        }
        highest = *safe.rbegin();
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        CHECK(killed);

        const Contents contents{folder};
        const std::set<std::uint64_t> in_file{contents.sequences.begin(), contents.sequences.end()};
        for (const auto one : safe) CHECK(in_file.contains(one));
        CHECK(contents.sequences.size() == in_file.size());
        highest = *in_file.rbegin();
    }
}

TEST_CASE("states come back as they were committed last, forgotten ones do not") {
    const SpoolFolder folder;
    {
        TestSpool test{folder};
        test.spool.start(test);
        test.offer("x", {}, {.level = Level::warning, .held = true});
        test.offer("y", {}, {.level = Level::info, .held = true});
        const auto last = test.offer("x", {}, {.level = Level::critical, .previous = Level::warning, .held = true});
        test.offer("x", {}, {.level = Level::critical, .previous = Level::critical});
        CHECK(wait_for([&] { return test.spool.released() >= last->event->sequence(); }));
        test.spool.forget_state("topic", "y");
    }
    Spool spool{TestSpool::settings(folder)};
    const auto states = spool.states();
    REQUIRE(states.size() == 1);
    CHECK(states[0].topic == "topic");
    CHECK(states[0].id == "x");
    CHECK(states[0].level == Level::critical);
    CHECK(states[0].previous_level == Level::warning);
    CHECK(states[0].left_ok == states[0].since - 500);
}

TEST_CASE("what is kept is counted by handler, and can be read back as it was routed") {
    const SpoolFolder folder;
    std::uint64_t bytes = 0;
    {
        TestSpool test{folder};
        auto& one = test.spool.account({"t", "one"});
        auto& two = test.spool.account({"t", "two"});
        test.spool.start(test);
        const auto entry = test.offer("x", {&one, &two}, {.level = Level::critical, .previous = Level::info});
        test.offer("y", {&two});
        bytes = entry->cost();
    }
    TestSpool test{folder};
    auto& two = test.spool.account({"t", "two"});
    auto& one = test.spool.account({"t", "one"});
    const auto kept = test.spool.kept();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].handler == one.name);
    CHECK(kept[0].deliveries == 1);
    CHECK(kept[0].bytes == bytes);
    CHECK(kept[1].deliveries == 2);
    CHECK(kept[1].bytes == 2 * bytes);

    test.spool.start(test);
    EntryPtr entry;
    test.spool.run([&] {
        CHECK(test.spool.read(one, 0, 10, [&](KeptDelivery delivery) {
            entry = test.spool.entry_of(one, std::move(delivery), {});
            return true;
        }));
    });
    REQUIRE(entry);
    CHECK(entry->event->previous_level() == Level::info);
    CHECK(entry->event->duration() == 500);
    CHECK(entry->received == 7);
    CHECK(entry->cost() == bytes);
    test.spool.ended(entry, 0, Outcome::delivered, {});
    CHECK(wait_for([&] { return test.in_file(one).empty(); }));
    CHECK(test.in_file(two).size() == 2);
}

TEST_CASE("the newest of each id stays where a handler wants no more") {
    const SpoolFolder folder;
    std::uint64_t newest = 0;
    {
        TestSpool test{folder};
        auto& latest = test.spool.account({"t", "latest"});
        auto& all = test.spool.account({"t", "all"});
        test.spool.start(test);
        for (int i = 0; i < 100; ++i) newest = test.offer("x", {&latest, &all})->event->sequence();
    }
    TestSpool test{folder};
    auto& latest = test.spool.account({"t", "latest"});
    auto& all = test.spool.account({"t", "all"});
    CHECK(test.spool.keep_latest(latest).deliveries == 99);
    CHECK(test.spool.keep_latest(test.spool.account({"t", "never seen"})).deliveries == 0);
    test.spool.start(test);
    CHECK(test.in_file(latest) == std::vector{newest});
    CHECK(test.in_file(all).size() == 100);
}

TEST_CASE("what was kept for a handler that is gone becomes dead letters, more than fit into one commit") {
    constexpr std::uint64_t count = 2500;
    const SpoolFolder folder;
    {
        TestSpool test{folder};
        auto& gone = test.spool.account({"t", "gone"});
        auto& stays = test.spool.account({"t", "stays"});
        test.spool.start(test);
        for (std::uint64_t i = 0; i < count; ++i) test.offer("x", {&gone, &stays});
    }
    {
        Spool spool{TestSpool::settings(folder)};
        spool.account({"t", "stays"});
        CHECK(spool.bury_unknown_handlers() == count);
        CHECK(spool.bury_unknown_handlers() == 0);
        CHECK(spool.dead_letters() == count);
        REQUIRE(spool.kept().size() == 1);
        CHECK(spool.kept()[0].deliveries == count);
    }
    const Contents contents{folder};
    REQUIRE(contents.dead.size() == count);
    CHECK(contents.dead.front() == "gone x: handler removed");
    CHECK(contents.sequences.size() == count);
}

TEST_CASE("of a running handler all from one event on become dead letters") {
    const SpoolFolder folder;
    TestSpool test{folder};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    std::vector<EntryPtr> entries;
    for (int i = 0; i < 10; ++i) entries.push_back(test.offer("x", {&account}));
    test.wait_for_commit_of(entries.back());
    test.spool.run([&] {
        const auto buried = test.spool.bury_all(account, entries[4]->event->sequence(), "no longer wanted");
        REQUIRE(buried);
        CHECK(buried->deliveries == 6);
        CHECK(buried->bytes == 6 * entries[0]->cost());
    });
    CHECK(test.in_file(account).size() == 4);
    CHECK(test.spool.dead_letters() == 6);
}

TEST_CASE("dead letters have a limit, the oldest leave first and are counted") {
    const SpoolFolder folder;
    auto settings = TestSpool::settings(folder);
    settings.most_dead_letters = 5;
    {
        TestSpool test{settings};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        for (int i = 0; i < 12; ++i) {
            const auto entry = test.offer("x" + std::to_string(i), {&account});
            if (i % 2 == 0) test.wait_for_commit_of(entry);
            test.spool.ended(entry, 0, Outcome::dead, "no");
        }
        CHECK(wait_for([&] { return test.spool.counters().dead_letters.value() == 12; }));
        CHECK(test.spool.counters().evicted_letters.value() == 7);
        CHECK(test.spool.dead_letters() == 5);
    }
    const Contents contents{folder};
    CHECK(contents.dead == Ids{"h x7: no", "h x8: no", "h x9: no", "h x10: no", "h x11: no"});
    CHECK(contents.sequences.empty());
    settings.most_dead_letters = 0;
    {
        TestSpool test{settings};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        test.spool.ended(test.offer("y", {&account}), 0, Outcome::dead, "no");
    }
    CHECK(Contents{folder}.dead.empty());
}

TEST_CASE("a dead letter can be read and removed while the spool runs") {
    const SpoolFolder folder;
    TestSpool test{folder};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    test.spool.ended(test.offer("x", {&account}), 0, Outcome::dead, "why");
    CHECK(wait_for([&] { return test.spool.dead_letters() == 1; }));
    test.spool.run([&] {
        const auto letter = test.spool.dead_letter(1);
        REQUIRE(letter.event);
        CHECK(letter.event->id() == "x");
        CHECK(letter.reason == "why");
        test.spool.remove_dead_letter(1);
        test.spool.remove_dead_letter(1);
        test.spool.remove_dead_letter(99);
    });
    CHECK(wait_for([&] { return test.spool.dead_letters() == 0; }));
    test.spool.stop();
    CHECK(Contents{folder}.dead.empty());
}
